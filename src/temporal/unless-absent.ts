/** Asks or tells a workflow; `undefined` where Temporal knows none of its id. */
export async function unlessAbsent<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    // By its name: the class is of a library that loads for half a second, which not everybody here needs.
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return undefined;
    throw error;
  }
}
