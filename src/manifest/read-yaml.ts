import { Composer, Lexer, LineCounter, Parser } from 'yaml';
import type { CST, Document, ParsedNode } from 'yaml';
import { printable } from './printable.ts';
import type { Place } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';

/** Deepest nesting of maps and lists; a job needs about eight, and the steps after this one recurse. */
const maxDepth = 32;

/**
 * Most tokens of the text, blanks among them: about 6,000 items of three lines. What has as many is read in under a
 * second, of which the lexer takes a tenth, so that anything beyond is refused at once.
 */
const maxTokens = 250_000;

/** Most lines, as a long text in many lines is slow to read too. */
const maxLines = 200_000;

/** Longest text in double quotes, in characters: `yaml` puts it together letter by letter, at 32 bytes each. */
const maxQuoted = 2_000_000;

/** One broken line upsets the reading of those after it, so beyond these few there is nothing to learn. */
const maxSyntaxProblems = 100;

/** Something wrong at an offset of the text. */
export interface TextFault {
  readonly offset: number;
  readonly code: ProblemCode;
  readonly message: string;
}

/** A YAML text as nodes, with what is wrong with it as YAML. */
export interface YamlText {
  /** `null` for a text without content; absent when the text is too broken to look further. */
  readonly contents?: ParsedNode | null;
  readonly faults: readonly TextFault[];
  readonly placeOf: (offset: number) => Place;
}

/**
 * Reads a YAML text. It is `yaml`'s `parseDocument`, taken apart so that hostile nesting and a second document
 * end the reading at once, before anything recurses into them.
 */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const excess = excessOf(text);
  if (excess !== undefined) {
    const message = `the file has more than ${excess}; put rows into a CSV or JSONL file and name it with \`from:\``;
    return { faults: [{ offset: 0, code: 'file-too-large', message }], placeOf };
  }
  const { tokens, faults } = readTokens(text, new Parser(lines.addNewLine));
  if (tokens === undefined) return { faults, placeOf };

  const composed = compose(tokens, text.length);
  const all = [...faults, ...composed.faults];
  if (all.some(({ code }) => code === 'yaml-syntax')) return { faults: all, placeOf };
  return { contents: composed.contents, faults: all, placeOf };
}

function excessOf(text: string): string | undefined {
  // A token is at least a character long, but for three marks that the lexer adds.
  if (text.length < maxTokens - 3) return undefined;
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lines += 1;
    if (lines === maxLines) return `${maxLines} lines`;
  }
  let count = 0;
  for (const token of new Lexer().lex(text)) {
    count += token === '' ? 0 : 1;
    if (count > maxTokens) return `${maxTokens} words and marks`;
  }
  return undefined;
}

/** The tokens of the first document; none where they must not be looked into. */
function readTokens(
  text: string,
  parser: Parser,
): { readonly tokens?: readonly CST.Token[]; readonly faults: readonly TextFault[] } {
  const tokens: CST.Token[] = [];
  const faults: TextFault[] = [];
  let documents = 0;
  let errors = 0;
  let isRefused = false;
  const refuse = (offset: number, code: TextFault['code'], message: string): void => {
    faults.push({ offset, code, message });
    isRefused = true;
  };
  const accept = (parsed: Iterable<CST.Token>): boolean => {
    for (const token of parsed) {
      if (token.type === 'directive') {
        faults.push({
          offset: token.offset,
          code: 'yaml-directive',
          message: 'YAML directives (%…) are not allowed',
        });
      } else if (token.type === 'document' && (documents += 1) > 1) {
        faults.push({
          offset: token.offset,
          code: 'yaml-documents',
          message: 'a second document starts here; the file may hold one',
        });
        return false;
      } else tokens.push(token);
      errors += token.type === 'error' ? 1 : 0;
    }
    // The composer tells each of them, some twice.
    if (errors > 2 * maxSyntaxProblems) return false;
    const deep = parser.stack[maxDepth + 1];
    if (deep && 'items' in deep) {
      refuse(deep.offset, 'yaml-depth', `maps and lists nest deeper than ${maxDepth} here`);
    }
    return !isRefused;
  };
  const read = (): void => {
    for (const source of new Lexer().lex(text)) {
      if (source.length > maxQuoted && source.startsWith('"')) {
        const message = `a text in double quotes may have ${maxQuoted} characters; put it into a data file`;
        refuse(parser.offset, 'file-too-large', message);
        return;
      }
      if (!accept(parser.next(source))) return;
    }
    accept(parser.end());
  };
  read();
  return isRefused ? { faults } : { tokens, faults };
}

function compose(tokens: readonly CST.Token[], length: number) {
  const document = withoutStackTraces(() => {
    // uniqueKeys compares every key with every other (15 s for 20,000); readTree does it in one pass.
    const options = {
      uniqueKeys: false,
      stringKeys: true,
      resolveKnownTags: false,
      prettyErrors: false,
      merge: false,
    };
    const [first] = new Composer({ version: '1.2', ...options }).compose(tokens, true, length);
    return first;
  });
  return { contents: document?.contents ?? null, faults: document ? faultsOf(document) : [] };
}

/** A broken text can hold a million errors, each of which would carry a stack trace: 13 s and 1.8 GB where 2 s do. */
function withoutStackTraces<Result>(work: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function faultsOf(document: Document.Parsed): readonly TextFault[] {
  const faults: TextFault[] = [];
  const seen = new Set<number>();
  for (const { code: yamlCode, pos, message } of [...document.errors, ...document.warnings].sort(byOffset)) {
    const [offset] = pos;
    if (seen.has(offset)) continue;
    seen.add(offset);
    if (faults.length === maxSyntaxProblems) {
      faults.push({
        offset,
        code: 'yaml-syntax',
        message: 'and more after this; mend the first ones, they upset the rest',
      });
      break;
    }
    if (yamlCode === 'TAG_RESOLVE_FAILED') faults.push({ offset, code: 'yaml-tag', message: tagRefused });
    else if (yamlCode === 'NON_STRING_KEY')
      faults.push({ offset, code: 'yaml-key', message: 'a key is plain text' });
    else if (yamlCode === 'BAD_ALIAS')
      faults.push({ offset, code: 'yaml-alias', message: firstLine(message) });
    else faults.push({ offset, code: 'yaml-syntax', message: firstLine(message) });
  }
  return faults;
}

/** Why `!name` is refused. */
export const tagRefused = 'tags (!name) are not allowed';

function byOffset(
  left: { pos: readonly [number, number] },
  right: { pos: readonly [number, number] },
): number {
  return left.pos[0] - right.pos[0];
}

function firstLine(message: string): string {
  return printable(message.split('\n', 1)[0] ?? message);
}
