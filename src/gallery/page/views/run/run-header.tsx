import type { GalleryInfo } from '../../../contract.ts';
import { Text } from '../parts/text.tsx';
import { Counts } from './counts.tsx';
import { RunFacts } from './run-facts.tsx';

/** Which run this is, and what came of it. */
export function RunHeader({ info }: { readonly info: GalleryInfo }) {
  return (
    <header class="run">
      <div class="run-title">
        <h1>
          <Text of={info.job} />
        </h1>
        <span class={`state state-${info.state}`}>{info.state.replaceAll('_', ' ')}</span>
        {info.emulated && <strong class="emulated">Emulated: no real answers, no real money</strong>}
      </div>
      <p class="run-id">
        <Text of={info.runId} />
      </p>
      {info.description !== undefined && (
        <p class="run-description" dir="auto">
          {info.description}
        </p>
      )}
      <RunFacts info={info} />
      <Counts info={info} />
    </header>
  );
}
