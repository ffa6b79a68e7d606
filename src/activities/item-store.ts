import { sha256 } from '../plan/digest.ts';
import type { Answer } from '../pollinations/outcome.ts';
import { partName, runKeys } from '../storage/keys.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';
import {
  receiptOf,
  type Artifact,
  type FailedRecord,
  type ItemRecord,
  type KeptAttempts,
  type Receipt,
} from '../records/record.ts';
import type { LateAttempts } from '../records/late.ts';
import type { Records } from '../records/record-store.ts';
import type { MakeThumbnail } from '../gallery/thumbnail.ts';
import { readMarker } from '../records/run-store.ts';
import type { CallReference } from '../workflows/inputs.ts';
import type { AttemptHistory, AttemptNote } from './attempt-history.ts';
import { cutText } from './cut-text.ts';
import { itemFailure } from './failure.ts';
import type { Standing } from './given-up.ts';
import {
  costBeside,
  DUPLICATE,
  failedRecord,
  keptAttempts,
  overtakenAttempt,
  succeededRecord,
  type AnswerFacts,
  type Content,
  type ResolvedCall,
} from './item-record.ts';

/** Texts up to this size live inside the record, so that an item takes one write. */
export const INLINE_TEXT_BYTES = 64 * 1024;

/** Metadata of a copy from an earlier run, whose name it has: until a record names it, nobody has paid for it here. */
export const COPY_MARK = 'reused';

const json = { contentType: 'application/json' };

/** Stores how one item ended; the record is always the last write. */
export interface ItemStore {
  /**
   * Looks whether an earlier attempt has stored the item already, or its artifact at least: then no call is made.
   *
   * @throws ApplicationFailure when the stored record says that the item failed
   */
  find(history: AttemptHistory): Promise<Receipt | undefined>;
  /** Stores an answer. Where another attempt was first, its outcome is the one that counts. */
  succeed(
    answer: Answer,
    note: AttemptNote,
    history: AttemptHistory,
    checked?: Pick<AnswerFacts, 'json' | 'lists'>,
  ): Promise<Receipt>;
  /**
   * Keeps what the attempts so far may have cost, for an item that never gets a record because its run is stopped, or that
   * is called again after a pause.
   */
  keepAttempts(history: AttemptHistory): Promise<void>;
  /** The history that was kept last, if any. */
  recallAttempts(): Promise<unknown>;
  /**
   * Stores a failure and throws it, so that the activity fails with it.
   *
   * @param answer - what was answered instead of what was asked for
   */
  fail(fault: FailedRecord['fault'], history: AttemptHistory, answer?: string): Promise<Receipt>;
}

export interface ItemStoreOptions {
  readonly store: ObjectStore;
  readonly records: Records;
  readonly reference: CallReference;
  readonly item: ResolvedCall;
  readonly now: () => Date;
  /** Whether the attempt took so long that its page, and the run, may be over without it. */
  readonly isStale: () => boolean;
  /** Makes the small pictures that are kept beside records. @default none */
  readonly thumbnail?: MakeThumbnail;
  /** How it stands with its page; asked of one that is stale. */
  readonly standing: () => Promise<Standing>;
}

/** The store of one item. */
export function createItemStore(options: ItemStoreOptions): ItemStore {
  const { store, records, reference, item, now } = options;
  const keys = callKeys(reference, item);

  /** @param beside - what else it is known to have cost */
  function settle(record: ItemRecord, beside?: LateAttempts): Receipt {
    const told = receiptOf(record, keys.record);
    const receipt =
      beside === undefined ? told : { ...told, cost: costBeside(record.attempts, beside.attempts) };
    if (record.status === 'failed') throw itemFailure(record, receipt);
    return receipt;
  }
  // A run never changes after its marker: what a worker brings that was thought dead is paid for, and kept apart.
  async function isLate(inDoubt = false): Promise<boolean> {
    if (!options.isStale()) return false;
    const standing = await options.standing();
    if (standing === 'awaited') return false;
    if (standing === 'given-up' || (standing === 'unknown' && inDoubt)) return true;
    return (await readMarker(store, reference.run)) !== undefined;
  }
  /**
   * Writes a record. `own` is the attempt that brings it: where another one was first, its charge is kept apart. `image` are
   * the bytes of its artifact, where it is an image.
   */
  async function write(
    record: ItemRecord,
    history: AttemptHistory,
    own?: AttemptNote,
    image?: Uint8Array,
  ): Promise<Receipt> {
    const thumbnail = image && (await options.thumbnail?.(image));
    const late = await isLate();
    const first = late ? await records.read(keys.record) : undefined;
    const key = late ? keys.late('record.json') : keys.record;
    const counted = first ?? (await records.write(key, record, thumbnail));
    // The run may have been closed while it was written, and then it knows nothing of it. A copy too many changes nothing: an
    // attempt counts once.
    if (!late && (await isLate(true)))
      await store.putOnce(keys.late('record.json'), JSON.stringify(counted), json);
    const isListed = counted.attempts.some((attempt) => own !== undefined && isSameNote(attempt, own));
    const overtaken = own && !isListed ? overtakenAttempt(item, history, own, counted) : undefined;
    if (own !== undefined && overtaken !== undefined) {
      const key = keys.late(`${own.attempt}-${Date.parse(own.at ?? '')}.attempt.json`);
      await store.putOnce(key, JSON.stringify(overtaken), json);
    }
    return settle(counted, overtaken);
  }

  return {
    async find(history) {
      const existing = await records.read(keys.record);
      if (existing !== undefined) return settle(existing);
      for await (const { key } of store.list(keys.prefix)) {
        // Names of other kinds of objects, and of later calls, go on after another dot.
        if (key.includes('.', keys.prefix.length)) continue;
        const object = await store.get(key);
        const found = object === undefined ? undefined : factsOf(key, object);
        // The attempt that stored it told nobody: its place in the history is a hole, filled by what it left here.
        if (found !== undefined) {
          const notes = history.notes.filter(({ attempt }) => attempt !== found.facts.note.attempt);
          const told = { ...history, notes };
          const record = succeededRecord(item, told, found.facts, found.content, now());
          return write(record, told, undefined, imageIn(object));
        }
      }
      return undefined;
    },
    async succeed(answer, note, history, checked = {}) {
      const facts: AnswerFacts = {
        note,
        usage: answer.usage,
        ...(answer.modelUsed === undefined ? {} : { modelUsed: answer.modelUsed.slice(0, 100) }),
        ...(answer.finishReason === undefined ? {} : { finishReason: answer.finishReason.slice(0, 40) }),
        ...(answer.doubt === undefined ? {} : { doubt: answer.doubt.slice(0, 200) }),
        ...checked,
      };
      if (isInline(answer)) {
        const text = Buffer.from(answer.body).toString('utf8');
        const content = answer.message === undefined ? { text } : { text, message: answer.message };
        return write(succeededRecord(item, history, facts, content, now()), history, note);
      }
      const { extension } = answer;
      const key = (await isLate()) ? keys.late(extension) : keys.artifact(extension);
      const artifact = describe(key, answer);
      const stored = { contentType: answer.contentType, metadata: toMetadata(facts, artifact) };
      const result = await store.putOnce(artifact.key, answer.body, stored);
      const writeOurs = (): Promise<Receipt> =>
        write(succeededRecord(item, history, facts, { artifact }, now()), history, note, imageIn(answer));
      if (result.stored) return writeOurs();
      if (COPY_MARK in result.existing.metadata) {
        // Left by a take-over that came to nothing.
        await store.put(artifact.key, answer.body, stored);
        return writeOurs();
      }
      const found = factsOf(key, result.existing);
      if (found === undefined) throw new StoreError('store-corrupt', `${key} holds bytes of unknown origin`);
      if (isSameNote(found.facts.note, note)) return writeOurs();
      // Another attempt was first: its bytes are the result, and ours may be paid for beside them.
      const others = history.notes.filter(({ attempt }) => attempt !== found.facts.note.attempt);
      const told = { ...history, notes: [...others, { ...note, code: DUPLICATE }] };
      const record = succeededRecord(item, told, found.facts, found.content, now());
      return write(record, history, note, imageIn(result.existing));
    },
    async keepAttempts(history) {
      // Its page has counted what it may have cost.
      if (await isLate()) return;
      const kept: KeptAttempts = { ...keptAttempts(item, history.notes), history };
      await store.put(keys.attempts, JSON.stringify(kept), json);
    },
    async recallAttempts() {
      const kept = await store.get(keys.attempts);
      return kept === undefined
        ? undefined
        : (JSON.parse(Buffer.from(kept.body).toString('utf8')) as KeptAttempts).history;
    },
    fail: (fault, history, answer) =>
      write(
        failedRecord(
          item,
          history,
          fault,
          answer === undefined ? undefined : cutText(answer, INLINE_TEXT_BYTES),
          now(),
        ),
        history,
        history.notes.at(-1),
      ),
  };
}

function callKeys({ run, page }: CallReference, { call: { number, id }, part }: ResolvedCall) {
  const keys = runKeys(run);
  const record = part === undefined ? keys.record(page, number, id) : keys.step(page, number, id, part);
  const name = part === undefined ? id : `${id}.${partName(part)}`;
  return {
    record,
    attempts: keys.attempts(page, number, id, part),
    prefix: record.slice(0, record.lastIndexOf(part === undefined ? 'record.json' : 'step.json')),
    artifact: (extension: string): string => keys.artifact(page, number, id, extension, part),
    late: (extension: string): string => keys.late(`${String(number).padStart(7, '0')}-${name}.${extension}`),
  };
}

// Our own put, whose acknowledgement was lost.
function isSameNote(
  left: Pick<AttemptNote, 'at' | 'attempt'>,
  right: Pick<AttemptNote, 'at' | 'attempt'>,
): boolean {
  return left.attempt === right.attempt && left.at === right.at;
}

function isInline({ body, extension }: Answer): boolean {
  return (extension === 'txt' || extension === 'json') && body.byteLength <= INLINE_TEXT_BYTES;
}

function imageIn(
  object: { readonly contentType: string; readonly body: Uint8Array } | undefined,
): Uint8Array | undefined {
  return object?.contentType.startsWith('image/') === true ? object.body : undefined;
}

function describe(key: string, answer: Answer): Artifact {
  return {
    key,
    bytes: answer.body.byteLength,
    sha256: sha256(answer.body),
    contentType: answer.contentType,
    ...(answer.width === undefined ? {} : { width: answer.width }),
    ...(answer.height === undefined ? {} : { height: answer.height }),
  };
}

// The facts travel as an HTTP header: ASCII only, and small.
function toMetadata(facts: AnswerFacts, { width, height }: Artifact): Record<string, string> {
  // What the answer used stands beside the note.
  const { usage: _usage, ...note } = facts.note;
  const told = JSON.stringify({ ...facts, note, width, height });
  return {
    facts: told.replaceAll(
      /[^\u0020-\u007e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  };
}

// From an artifact's bytes and metadata its record can be made again without a call.
function factsOf(
  key: string,
  object: StoredObject,
): { readonly facts: AnswerFacts; readonly content: Content } | undefined {
  const told = object.metadata['facts'];
  if (told === undefined) return undefined;
  const { width, height, ...kept } = JSON.parse(told) as AnswerFacts & Pick<Artifact, 'width' | 'height'>;
  const hasUsage = Object.keys(kept.usage).length > 0;
  const facts = hasUsage ? { ...kept, note: { ...kept.note, usage: kept.usage } } : kept;
  const artifact: Artifact = {
    key,
    bytes: object.body.byteLength,
    sha256: sha256(object.body),
    contentType: object.contentType,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  };
  return { facts, content: { artifact } };
}
