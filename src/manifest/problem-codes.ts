/** Everything that can be wrong with a job file or its data, by the code that programs switch on: its meaning in a sentence. */
export const problemCodes = {
  'file-encoding': 'The file is not UTF-8.',
  'file-unreadable': 'The file is not there, or may not be read.',
  'file-empty': 'The file has no content.',
  'file-nul': 'The file holds a NUL character.',
  'file-too-large': 'The file is larger than a job file may be; rows belong into a data file.',
  'yaml-alias':
    'An alias has no anchor, stands inside its own anchor, or all of them together stand for too much.',
  'yaml-depth': 'Maps and lists nest too deep.',
  'yaml-directive': 'A YAML directive (`%YAML`, `%TAG`), which a job may not use.',
  'yaml-documents': 'A second YAML document in the file.',
  'yaml-key': 'A key that is no plain text.',
  'yaml-merge': 'A YAML merge key (`<<`), which a job may not use.',
  'yaml-syntax': 'Broken YAML.',
  'yaml-tag': 'A YAML tag (`!name`), which a job may not use.',
  'key-duplicate': 'A key stands twice in a map.',
  'key-forbidden': 'A key that reaches into the program, such as `__proto__`.',
  'key-misplaced': 'A known key at a place, or beside a neighbour, where it means nothing.',
  'key-missing': 'A key that has to be there is not.',
  'key-unknown': 'A key that the language does not know.',
  'type-wrong': 'A value of the wrong type.',
  'value-invalid': 'A value that its key cannot take.',
  'value-null': 'A template that would put nothing into a text, since its value is null.',
  'version-unsupported': 'A version of the language that this program does not know.',
  'name-invalid': 'The job has no usable name.',
  'name-reserved': 'A var or an axis of a matrix has a name that templates use for something else.',
  'number-inexact': 'A whole number that would lose digits.',
  'number-not-finite': 'Infinity, or no number at all.',
  'text-ill-formed': 'A text with half of a surrogate pair.',
  'item-conflict': 'An item that says two things at once that it is.',
  'item-duplicate': 'Two items ask for the same, seed included (a warning).',
  'item-empty': 'An item that does not say what it asks for.',
  'item-limit': 'More items in the file than it may have; rows belong into a data file.',
  'entry-empty': 'An entry of `items` of which no item comes (a warning), or a job of which none does.',
  'id-duplicate': 'Two items have the same id, or ids that differ in case alone.',
  'id-invalid': 'An id that no file could be named by.',
  'id-reserved': 'An id that is the number of another item, which has none.',
  'matrix-axis':
    'A matrix excludes by an axis that it does not have, or has an axis that the job has already.',
  'source-path': 'A path that leaves the folder of the job, or of which the format cannot be told.',
  'source-missing': 'A data file, or an object of a bucket, that is not there or may not be read.',
  'data-invalid': 'A data file, or a row of one, that cannot be read as what it is.',
  'column-unknown': 'A column that the data does not have.',
  'expect-size': 'A size that an image must have, and another one that is asked for (a warning).',
  'budget-low': 'A budget that does not hold the dearest call.',
  'budget-unbounded': 'A call of which nothing bounds the price, in a job with a budget.',
  'url-invalid': 'An address that is not `https:`.',
  'step-unknown': 'A step that the item does not have, or that does not give what is asked of it.',
  'step-order': 'A step that stands after the one that needs it.',
  'step-cycle': 'Steps that wait for each other.',
  'step-duplicate': 'Two steps of an item have the same id.',
  'step-limit': 'An item that could take more calls than one item may.',
  'image-invalid': 'A picture to look at that is no whole PNG, JPEG, WebP or GIF.',
  'image-too-large': 'A picture, or all pictures of a call together, with more bytes than can be sent.',
  'image-unreadable': 'A picture to look at that cannot be read.',
  'schema-invalid': 'A schema of answers that cannot be read, or is no JSON Schema.',
  'template-invalid': 'A template that cannot be read or filled in.',
  'template-misplaced': 'A template where none is filled in.',
  'template-unknown': 'A template names something that is not known at its place.',
  'model-kind': 'A model that makes something else than the item asks for.',
  'model-paid':
    'A model that costs something, or that nobody knows the price of, in a job with `spend: free-only`.',
  'model-param':
    'A model that takes no pictures and is shown some; as a warning, a parameter that it may ignore.',
  'model-size': 'A size that the API does not give (a warning).',
  'model-unknown': 'A model that the API does not list.',
  'param-invalid':
    'A parameter with a value that it cannot take, or of a kind of result that is not supported yet.',
  'param-unknown': 'A parameter that the API does not document.',
  'prompt-dot-segment': 'An image prompt of dots alone, which a URL would swallow.',
  'prompt-empty': 'A prompt without any text.',
  'prompt-ill-formed': 'A prompt with half of a surrogate pair.',
  'url-too-long': 'An image prompt that is too long for a URL.',
} as const satisfies Readonly<Record<string, string>>;

/** What is wrong with a job file, as a code that programs switch on. Messages are for people. */
export type ProblemCode = keyof typeof problemCodes;

/** The codes as a table in Markdown, for the README. */
export function problemCodesMarkdown(): string {
  const rows = Object.entries(problemCodes).map(([code, meaning]) => [`\`${code}\``, meaning] as const);
  const widths = [0, 1].map((column) =>
    Math.max(...[['code', 'meaning'] as const, ...rows].map((row) => row[column as 0 | 1].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(['code', 'meaning']), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
    '\n',
  );
}
