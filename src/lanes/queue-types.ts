/** Numbers of TaskQueueType of Temporal's API. */
export const queueTypes = { workflow: 1, activity: 2 } as const;
