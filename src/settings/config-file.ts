import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import * as z from 'zod';

import { decodeJobFile } from '../manifest/decode-job-file.ts';
import { formatProblem } from '../manifest/problem.ts';
import { readTree } from '../manifest/read-tree.ts';
import { readYaml } from '../manifest/read-yaml.ts';
import { reportIssues } from '../manifest/report-issues.ts';
import { createReporter } from '../manifest/reporter.ts';
import { scrubPatterns } from '../pollinations/secret.ts';
import { laneKeys } from './lanes.ts';
import { misplacedKey } from './misplaced-key.ts';
import { settingList, type SettingName, type SettingProblem } from './settings.ts';

/** What a configuration file sets, as texts of the variables that go over it. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Partial<Record<SettingName, string>>>;
  readonly problems: readonly SettingProblem[];
}

const remedy = 'Correct the file; the README lists its keys.';

/** Reads a configuration file; relative paths in it count from its folder. */
export function readConfigFile(path: string): ConfigFile {
  const wrong = (message: string): ConfigFile => ({
    path,
    values: {},
    problems: [{ name: 'file', message, remedy }],
  });
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(`the configuration file ${path} cannot be read (${code})`);
  }
  const decoded = decodeJobFile(bytes, path);
  if ('problems' in decoded) return { path, values: {}, problems: decoded.problems.map(asSettingProblem) };
  return parseConfigFile(decoded.text, path);
}

/** Reads the text of a configuration file: every problem at once, with its place. */
export function parseConfigFile(text: string, path: string): ConfigFile {
  const yaml = readYaml(text);
  const { contents } = yaml;
  const tree = readTree(contents ?? null);
  const reporter = createReporter(path, yaml.placeOf, [...yaml.faults, ...tree.faults], tree.broken);
  // A file of comments alone sets nothing, and is right.
  if (contents === null || contents === undefined || tree.value === null) {
    return { path, values: {}, problems: reporter.problems().map(asSettingProblem) };
  }
  const parsed = fileSchema.safeParse(tree.value);
  if (!parsed.success) {
    const context = { root: contents, keysAt, misplaced: misplacedKey, wholeName: 'the file' };
    reportIssues(parsed.error.issues, context, reporter);
  }
  const problems = reporter.problems();
  return {
    path,
    values: problems.length > 0 ? {} : valuesOf(tree.value, dirname(path)),
    problems: problems.map(asSettingProblem),
  };
}

/** The file as a schema, made of the table of settings. */
const fileSchema = z.strictObject(fileShape());

function fileShape(): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  const groups = new Map<string, Record<string, z.ZodType>>();
  for (const { key, schema, inFile = schema } of settingList) {
    if (key === undefined) continue;
    const [group = '', name] = key.split('.');
    if (name === undefined) shape[group] = inFile.nullish();
    else groups.set(group, { ...groups.get(group), [name]: inFile.nullish() });
  }
  for (const [group, keys] of groups) shape[group] = z.strictObject(keys).nullish();
  return shape;
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(fileSchema.shape);
  if (path[0] === 'lanes') return laneKeys;
  const group = `${String(path[0])}.`;
  return settingList.flatMap(({ key }) => (key?.startsWith(group) === true ? [key.slice(group.length)] : []));
}

function valuesOf(file: unknown, folder: string): ConfigFile['values'] {
  const values: Partial<Record<SettingName, string>> = {};
  for (const { name, key, isPath } of settingList) {
    const value = key?.split('.').reduce<unknown>(memberOf, file);
    if (value === undefined || value === null) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    values[name] = isPath === true ? resolve(folder, text) : text;
  }
  return values;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

// Messages quote the file, and somebody may have written a secret where none belongs.
function asSettingProblem(problem: Parameters<typeof formatProblem>[0]): SettingProblem {
  const message = scrubPatterns(formatProblem(problem)).replaceAll(/\/\/[^/\s@`]*@/g, '//[redacted]@');
  return { name: 'file', message, remedy };
}
