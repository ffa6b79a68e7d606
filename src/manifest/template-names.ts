/** Way to a value that a template names, as far as it is written out: `['row', 'name']`. */
export type TemplateName = readonly (string | number)[];

/** What a template is filled in with, by the names that it may use. */
export type TemplateScope = Readonly<Record<string, unknown>>;
