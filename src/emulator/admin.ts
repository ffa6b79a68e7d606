import { Hono } from 'hono';

import { emulatorHeader } from './deliver.ts';
import { checkSettings } from './settings.ts';
import type { State } from './state.ts';

const defaultEntries = 10_000;

const wholeFrom = (text: string | undefined, fallback: number): number => {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value >= 0 ? value : fallback;
};

/** The emulator's own routes: the meter, the journal by pages, and the settings. They are in no journal. */
export function createAdmin(state: State): Hono {
  const admin = new Hono();
  admin.use(async (context, next) => {
    context.header(emulatorHeader, '1');
    await next();
  });
  admin.get('/meter', (context) => context.json(state.books.read()));
  admin.get('/journal', (context) => {
    const from = Math.max(wholeFrom(context.req.query('from'), 0), state.journal.first());
    const entries = state.journal.read(from, wholeFrom(context.req.query('limit'), defaultEntries));
    return context.json({ entries, next: from + entries.length });
  });
  admin.put('/settings', async (context) => {
    try {
      state.update(checkSettings(await context.req.json()));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      return context.json({ error: error.message }, 400);
    }
    return context.json(state.settings());
  });
  return admin;
}
