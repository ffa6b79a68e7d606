import { keepChange } from '../records/changes.ts';
import type { CallActivities, ControlActivities } from '../workflows/contract.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createCheckCredit } from './check-credit.ts';
import { createCloseItem } from './close-item.ts';
import { createFindLosses } from './find-losses.ts';
import { createFinishRun } from './finish-run.ts';
import { createGenerate } from './generate.ts';
import { withHeartbeat, withoutSecrets, withStoreFailures } from './guard.ts';
import { createOpenPage } from './open-page.ts';
import { createHeldAnswers } from './held-answers.ts';
import { createPlanRun } from './plan-run.ts';
import { createSealPage } from './seal-page.ts';
import { createFindReceivers, createSendNotice } from './send-notice.ts';
import { createSuspects } from './suspects.ts';

/** The activities that steer runs, for the control queue. */
export function createControlActivities(dependencies: ActivityDependencies): ControlActivities {
  const prepareRun = withStoreFailures(withHeartbeat(createPlanRun(dependencies)));
  const closeRun = withStoreFailures(withHeartbeat(createFinishRun(dependencies)));
  const activities: ControlActivities = {
    prepareRun,
    planRun: prepareRun,
    keepChange: withStoreFailures(
      withHeartbeat(({ run, change }) => keepChange(dependencies.store, run, change)),
    ),
    openPage: withStoreFailures(withHeartbeat(createOpenPage(dependencies))),
    findLosses: createFindLosses(dependencies),
    closeItem: withStoreFailures(withHeartbeat(createCloseItem(dependencies))),
    sealPage: withStoreFailures(withHeartbeat(createSealPage(dependencies))),
    checkCredit: createCheckCredit(dependencies),
    findReceivers: withStoreFailures(createFindReceivers(dependencies)),
    sendNotice: withStoreFailures(createSendNotice(dependencies)),
    closeRun,
    finishRun: closeRun,
  };
  return withoutSecrets(activities, dependencies.scrub);
}

/** The activities that call the API, for the lanes' queues. */
export function createCallActivities(dependencies: ActivityDependencies): CallActivities {
  const { meters } = dependencies.telemetry ?? noTelemetry;
  const onHeld = (answers: number, bytes: number): void => {
    meters.heldAnswers(answers, {});
    meters.heldBytes(bytes, {});
  };
  // One key makes both kinds of call.
  const shared = {
    keyHealth: { lastSuccess: 0 },
    held: createHeldAnswers({ onHeld }),
    suspects: createSuspects(),
  };
  const activities: CallActivities = {
    generateText: withStoreFailures(
      createGenerate(dependencies, shared, { kind: 'text', deadlineMs: 120_000 }),
    ),
    generateImage: withStoreFailures(
      createGenerate(dependencies, shared, { kind: 'image', deadlineMs: 300_000 }),
    ),
  };
  return withoutSecrets(activities, dependencies.scrub);
}
