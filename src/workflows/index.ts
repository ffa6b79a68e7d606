export { runJob } from './run-job.ts';
export { runPage } from './run-page.ts';
