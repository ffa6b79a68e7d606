import type { GalleryItem, GalleryStep } from '../../../contract.ts';
import { Money } from '../parts/money.tsx';
import { Status } from '../parts/status.tsx';
import { Text, TextBlock } from '../parts/text.tsx';
import { Fault } from './fault.tsx';
import { Result } from './result.tsx';

/** The calls of an item that has several, in their order. */
export function Steps({ item }: { readonly item: GalleryItem }) {
  const { steps = [] } = item;
  if (steps.length === 0) return null;
  return (
    <section class="steps" aria-labelledby="detail-steps">
      <h3 id="detail-steps">Steps</h3>
      <ol>
        {steps.map((step, index) => (
          <Step key={index} step={step} item={item} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, item }: { readonly step: GalleryStep; readonly item: GalleryItem }) {
  return (
    <li class="step">
      <div class="step-head">
        <h4>
          <Text of={step.name} />
        </h4>
        <Status of={step.status} />
        <Text of={step.model} />
        <Money of={step.cost} />
      </div>
      {step.prompt !== undefined && (
        <details>
          <summary>Prompt</summary>
          <TextBlock of={step.prompt} />
        </details>
      )}
      {step.fault !== undefined && <Fault fault={step.fault} />}
      <Result of={step} item={item} />
    </li>
  );
}
