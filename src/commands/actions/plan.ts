import { exitCodes } from '../exit-codes.ts';
import { InvalidJob } from '../job/invalid-job.ts';
import { plan } from '../plan/plan.ts';
import { openPlanningDesk } from '../plan/planning-desk.ts';
import { readValidJob } from '../job/read-job.ts';
import { annotation } from '../render/annotations.ts';
import { figures } from '../render/outlook-text.ts';
import { planPreviewText } from '../render/plan-preview-text.ts';
import { tellWarnings } from '../render/problems.ts';
import { validationAnnotations } from '../render/validation-text.ts';
import { configure } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';
import { keepHeapSmall } from './small-heap.ts';
import type { ProblemFormat } from './validate.ts';

export interface PlanFlags extends OutputFlags {
  readonly show: number;
  readonly format: ProblemFormat;
  readonly reuse?: boolean;
  readonly allowUnpriced?: boolean;
  readonly anonymous?: boolean;
  readonly fresh?: boolean;
  readonly first?: number;
  readonly model?: string;
}

/** `plan FILE` */
export async function planAction(file: string, flags: PlanFlags, context: CommandContext): Promise<Outcome> {
  try {
    return await planFile(file, flags, context);
  } catch (error) {
    if (!(error instanceof InvalidJob) || (flags.output === 'text' && flags.format === 'text')) throw error;
    const readings = [error.reading];
    return { data: readings, text: validationAnnotations(readings), exitCode: exitCodes.usage };
  }
}

async function planFile(file: string, flags: PlanFlags, { terminal }: CommandContext): Promise<Outcome> {
  keepHeapSmall();
  const config = await configure(flags);
  const reading = await readValidJob(file, { model: flags.model });
  tellWarnings(reading.warnings, terminal);
  const desk = await openPlanningDesk(config);
  try {
    for (const sentence of desk.api.summary) terminal.say(terminal.color.dim(sentence));
    const preview = await plan(desk, reading, {
      show: flags.show,
      reuse: flags.reuse === true,
      allowUnpriced: flags.allowUnpriced === true,
      fresh: flags.fresh === true,
      ...(flags.first === undefined ? {} : { first: flags.first }),
    });
    for (const warning of preview.warnings) terminal.warn(warning);
    const { estimate, models } = preview;
    const data = { ...preview, estimate: figures(estimate), models: models.map(figures) };
    const findings = [...reading.warnings, ...preview.findings];
    const annotations = flags.format === 'github' ? findings.map((one) => annotation('warning', one)) : [];
    const text = [...annotations, planPreviewText(preview, terminal.dataWidth())].join('\n');
    return { data, text, exitCode: exitCodes.succeeded };
  } finally {
    desk.close();
  }
}
