export { deliverNotice } from './deliver-notice.ts';
export { runJob } from './run-job.ts';
export { runPage } from './run-page.ts';
