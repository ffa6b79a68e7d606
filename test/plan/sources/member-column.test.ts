import { expect, it } from 'vitest';

import { memberColumn } from '../../../src/plan/sources/member-column.ts';

it.each([
  ['a member of its own', '{"a":1,"name":null}', ['name'], 8],
  ['one behind a nested one of its name', '{"meta":{"name":"inner"},"name":null}', ['name'], 26],
  ['one behind a list of maps that have it', '{"list":[{"name":1},[{"name":2}]],"name":null}', ['name'], 35],
  ['one behind a text that looks like it', String.raw`{"a":"\"name\":1, {","name" : null}`, ['name'], 22],
  ['one behind a text that is its name', '{"a":"name","name":null}', ['name'], 13],
  ['one whose name is escaped', String.raw`{"n\u0061me":null}`, ['name'], 2],
  ['the last of its name, which counts', '{"name":1,"name":null}', ['name'], 11],
  ['one in another', '{"n":1,"body": {"n":2}}', ['body', 'n'], 17],
  ['one that is not there', '{"body":{"a":{"n":2}}}', ['body', 'n'], 2],
  ['one of no object', '{"body":["n"]}', ['body', 'n'], 2],
  ['one behind blanks', ' { "a":1}', ['a'], 4],
  ['nothing at all', '{"a":1}', [], 1],
])('finds %s', (_what, text, way, column) => {
  expect(memberColumn(text, way)).toBe(column);
});
