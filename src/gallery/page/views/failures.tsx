import type { GalleryFigures, GalleryItem } from '../../contract.ts';
import { usePage } from '../hooks/use-page.ts';
import { noFilter } from '../model/filter.ts';
import { formatCount, formatWord } from '../model/format.ts';
import { Text, TextBlock } from './parts/text.tsx';

interface FailuresProps {
  readonly failures: GalleryFigures['failures'];
  /** Items of this page, which may be one of several. */
  readonly items: readonly GalleryItem[];
  readonly isWhole: boolean;
}

/** What failed, by class, and what to do about each. */
export function Failures({ failures, items, isWhole }: FailuresProps) {
  if (failures.length === 0) return <p class="empty">Nothing failed.</p>;
  return (
    <ul class="failures">
      {failures.map((failure, index) => {
        const here = items.filter(({ fault }) => fault !== undefined && isOf(fault, failure)).length;
        return <Failure key={index} failure={failure} here={here} isWhole={isWhole} />;
      })}
    </ul>
  );
}

interface FailureProps {
  readonly failure: GalleryFigures['failures'][number];
  readonly here: number;
  readonly isWhole: boolean;
}

function Failure({ failure, here, isWhole }: FailureProps) {
  const { show } = usePage();
  const { code, status, items, message, remedy } = failure;
  return (
    <li class="failure">
      <div class="failure-count">
        <span class="figure">{formatCount(items)}</span> {items === 1 ? 'item' : 'items'}
      </div>
      <div class="failure-text">
        <h3>
          <Text of={code} />
          {status !== undefined && <span class="note"> HTTP {status}</span>}
        </h3>
        <TextBlock of={message} />
        <p class="remedy">
          <span class="label">What to do</span> <Text of={remedy} />
        </p>
        {here > 0 && (
          <button type="button" onClick={() => show(() => ({ ...noFilter, code, codeStatus: status }))}>
            Show {here === 1 ? 'this item' : `these ${formatWord(here, 'item')}`}
          </button>
        )}
        {!isWhole && here < items && <p class="note">{formatWord(items - here, 'item')} on other pages.</p>}
      </div>
    </li>
  );
}

function isOf(
  fault: NonNullable<GalleryItem['fault']>,
  failure: GalleryFigures['failures'][number],
): boolean {
  return fault.code === failure.code && (failure.status === undefined || fault.status === failure.status);
}
