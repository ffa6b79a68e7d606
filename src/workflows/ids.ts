/** Task queue of the workflows and of the activities that do not call the API. */
export const CONTROL_QUEUE = 'pollen-batch';

// Temporal puts the planned time behind a schedule's workflow ids; in run ids it stands without what cannot be in keys
// and file names.
const planned = /-(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)Z$/;

/** Workflow id of a run. */
export function runWorkflowId(runId: string): string {
  return `job/${runId.replace(planned, '-$1-$2-$3T$4:$5:$6Z')}`;
}

/** Id of the run that a workflow is: a scheduled one is named by its schedule. */
export function runIdOfWorkflow(workflowId: string): string {
  return workflowId.replace(/^job\//, '').replace(planned, '-$1$2$3T$4$5$6Z');
}

/** Time that a scheduled run was planned for, ISO 8601; `undefined` for a submitted one. */
export function plannedTimeOf(runId: string): string | undefined {
  const [, year, month, day, hour, minute, second] = planned.exec(runId) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

/** Workflow id of one page of a run. */
export function pageWorkflowId(runId: string, page: number): string {
  return `${runWorkflowId(runId)}/page-${String(page).padStart(5, '0')}`;
}

/** Workflow id of something that is told of a run. */
export function noticeWorkflowId(runId: string, key: string): string {
  return `${runWorkflowId(runId)}/notice-${key}`;
}

/** Task queue that carries the API calls of a lane and nothing else. */
export function laneQueue(lane: string): string {
  return `${CONTROL_QUEUE}-lane-${lane}`;
}
