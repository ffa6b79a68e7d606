import { checkBytes, countLines, withoutMark } from './check-bytes.ts';
import { MAX_ROW_BYTES, SourceError } from './row.ts';

/** Some whole lines of a file. */
export interface LineBlock {
  readonly bytes: Buffer;
  /** Line of the file that it starts at. */
  readonly line: number;
}

const newline = 0x0a;

/** Rows of a piece are in memory together; few of them die young, many make the heap grow. */
const PIECE_BYTES = 8 * 1024;

/**
 * Cuts a stream of bytes into blocks that end with a line, and checks that they are UTF-8. Never more than a block and a
 * line are in memory.
 *
 * @throws SourceError with its place for what is no text, and for a line of more than 1 MiB
 */
export async function* lineBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let isStart = true;
  const check = (bytes: Buffer): Buffer => {
    const text = isStart ? withoutMark(bytes) : bytes;
    isStart = false;
    checkBytes(text, line);
    return text;
  };
  for await (const bytes of pieces(stream)) {
    const joined = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = joined.lastIndexOf(newline) + 1;
    rest = joined.subarray(end);
    if (end > 0) {
      const block = check(joined.subarray(0, end));
      yield { bytes: block, line };
      line += countLines(block);
    }
    if (rest.length > MAX_ROW_BYTES) throw tooLong(line);
  }
  if (rest.length > 0) yield { bytes: check(rest), line };
}

async function* pieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      yield bytes.subarray(start, start + PIECE_BYTES);
    }
  }
}

/** A line of a file, without what ends it. */
export interface TextLine {
  readonly text: string;
  readonly line: number;
}

/**
 * The lines of a block.
 *
 * @throws SourceError for a line of more than 1 MiB
 */
export function linesOf({ bytes, line }: LineBlock): readonly TextLine[] {
  const texts = bytes.toString('utf8').split('\n');
  return texts.map((text, index) => {
    if (text.length > MAX_ROW_BYTES) throw tooLong(line + index);
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, line: line + index };
  });
}

function tooLong(line: number): SourceError {
  return new SourceError('data-invalid', 'the line is longer than 1 MiB', { line, column: 1 });
}
