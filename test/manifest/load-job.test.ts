import { describe, expect, it } from 'vitest';
import type { Job, Step } from '../../src/manifest/job.ts';
import { jobOf } from './api-rules.ts';

const stepsOf = ({ entries }: Job): readonly Step[] => entries.flatMap(({ steps }) => steps);

describe('a good job file', () => {
  it('becomes a job with shorthands expanded and defaults merged in', () => {
    const job = jobOf(`
version: 1
name: bees
description: All about bees
defaults:
  text: { temperature: 0.5, max_tokens: 50, system: Be brief. }
  image: { width: 512, nologo: true }
items:
  - id: fact
    text: One fact
    params: { temperature: 1 }
  - prompts: [A haiku, A limerick]
  - image: A bee
    params: { model: turbo, width: 256, seed: 7 }
  - prompts: [A hive]
    kind: image
`);
    expect(job).toMatchInlineSnapshot(`
      {
        "description": "All about bees",
        "entries": [
          {
            "id": "fact",
            "path": [
              "items",
              0,
            ],
            "steps": [
              {
                "kind": "text",
                "messages": [
                  {
                    "content": "Be brief.",
                    "role": "system",
                  },
                  {
                    "content": "One fact",
                    "role": "user",
                  },
                ],
                "needs": [],
                "params": {
                  "max_tokens": 50,
                  "model": "openai",
                  "temperature": 1,
                },
                "path": [
                  "items",
                  0,
                ],
              },
            ],
          },
          {
            "path": [
              "items",
              1,
              "prompts",
              0,
            ],
            "steps": [
              {
                "kind": "text",
                "messages": [
                  {
                    "content": "Be brief.",
                    "role": "system",
                  },
                  {
                    "content": "A haiku",
                    "role": "user",
                  },
                ],
                "needs": [],
                "params": {
                  "max_tokens": 50,
                  "model": "openai",
                  "temperature": 0.5,
                },
                "path": [
                  "items",
                  1,
                  "prompts",
                  0,
                ],
              },
            ],
          },
          {
            "path": [
              "items",
              1,
              "prompts",
              1,
            ],
            "steps": [
              {
                "kind": "text",
                "messages": [
                  {
                    "content": "Be brief.",
                    "role": "system",
                  },
                  {
                    "content": "A limerick",
                    "role": "user",
                  },
                ],
                "needs": [],
                "params": {
                  "max_tokens": 50,
                  "model": "openai",
                  "temperature": 0.5,
                },
                "path": [
                  "items",
                  1,
                  "prompts",
                  1,
                ],
              },
            ],
          },
          {
            "path": [
              "items",
              2,
            ],
            "steps": [
              {
                "kind": "image",
                "needs": [],
                "params": {
                  "model": "turbo",
                  "nologo": true,
                  "seed": 7,
                  "width": 256,
                },
                "path": [
                  "items",
                  2,
                ],
                "prompt": "A bee",
              },
            ],
          },
          {
            "path": [
              "items",
              3,
              "prompts",
              0,
            ],
            "steps": [
              {
                "kind": "image",
                "needs": [],
                "params": {
                  "model": "flux",
                  "nologo": true,
                  "width": 512,
                },
                "path": [
                  "items",
                  3,
                  "prompts",
                  0,
                ],
                "prompt": "A hive",
              },
            ],
          },
        ],
        "name": "bees",
        "version": 1,
      }
    `);
  });

  it('asks openai for texts and flux for images when it names no model', () => {
    const items = stepsOf(jobOf('version: 1\nitems: [{ text: a }, { image: b }]'));
    expect(items.map(({ params }) => params)).toEqual([{ model: 'openai' }, { model: 'flux' }]);
  });

  it.each([
    ['jobs/bees.yaml', 'bees'],
    ['C:\\jobs\\bees.yml', 'bees'],
    ['v1.2_bees.json', 'v1.2_bees'],
    ['bees', 'bees'],
  ])('%s without a name is named %s', (file, name) => {
    expect(jobOf('version: 1\nitems: [{ text: a }]', file).name).toBe(name);
  });

  it('may have numbers as ids where no other item goes by that number', () => {
    const { entries: items } = jobOf(
      'version: 1\nitems:\n  - { id: "2", text: a }\n  - { id: "1", text: b }\n  - text: c\n',
    );
    expect(items.map(({ id }) => id)).toEqual(['2', '1', undefined]);
  });

  it('may have keys of the API that look like numbers, anchors, and core tags', () => {
    const text = 'version: 1\nitems: [{ text: &a !!str 5, params: { logit_bias: { 50256: -100 } } }]';
    expect(stepsOf(jobOf(text))[0]).toMatchObject({
      messages: [{ role: 'user', content: '5' }],
      params: { logit_bias: { '50256': -100 } },
    });
  });

  it('may carry names that objects inherit', () => {
    const items = stepsOf(jobOf('version: 1\nitems: [{ text: a, params: { logit_bias: { toString: 1 } } }]'));
    expect(items[0]?.params).toEqual({ model: 'openai', logit_bias: { toString: 1 } });
  });

  it('keeps every character of a prompt', () => {
    const prompt = ' a/b?c#d%\t"🐝" \u202e\u0000 ..\r\n é e\u0301 ';
    const items = stepsOf(
      jobOf(JSON.stringify({ version: 1, items: [{ text: prompt }, { image: prompt }] })),
    );
    expect(items).toMatchObject([{ messages: [{ content: prompt }] }, { prompt }]);
  });

  it('may ask for two dots in a text, which travels in no path', () => {
    expect(jobOf('version: 1\nitems: [{ text: ".." }]').entries).toHaveLength(1);
  });
});

describe('the system message', () => {
  const messagesOf = (item: string): unknown => {
    const text = `version: 1\ndefaults: { text: { system: default } }\nitems: [${item}]`;
    const [first] = stepsOf(jobOf(text));
    return first?.kind === 'text'
      ? first.messages.map(({ role, content }) => `${role}: ${String(content)}`)
      : undefined;
  };

  it('comes from the defaults', () => {
    expect(messagesOf('{ text: a }')).toEqual(['system: default', 'user: a']);
  });

  it('of an item goes over the one of the defaults', () => {
    expect(messagesOf('{ text: a, system: own }')).toEqual(['system: own', 'user: a']);
    expect(messagesOf('{ prompts: [a], system: own }')).toEqual(['system: own', 'user: a']);
  });

  it('is none when the item’s is empty', () => {
    expect(messagesOf('{ text: a, system: "" }')).toEqual(['user: a']);
  });

  it('of the defaults stays out of a chat that brings its own', () => {
    const chat = 'messages: [{ role: system, content: mine }, { role: user, content: a }]';
    expect(messagesOf(`{ ${chat} }`)).toEqual(['system: mine', 'user: a']);
    expect(messagesOf(`{ ${chat}, system: own }`)).toEqual(['system: own', 'system: mine', 'user: a']);
    expect(messagesOf('{ messages: [{ role: user, content: a }] }')).toEqual(['system: default', 'user: a']);
  });
});

describe('messages', () => {
  it('pass through with parts and keys that the language does not know', () => {
    const messages = [
      {
        role: 'user',
        name: 'ann',
        content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'low' } }],
      },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: '{}' },
    ];
    const [first] = stepsOf(jobOf(JSON.stringify({ version: 1, items: [{ messages }] })));
    expect(first).toMatchObject({ kind: 'text', messages });
  });
});
