import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A socket that waits for others to connect. */
export interface Listener {
  readonly pid: number;
  /** Name of the program, as the system has it. */
  readonly program: string;
  readonly address: string;
  readonly port: number;
}

/** What processes listen on, theirs and their children's, by Linux's own account of it. */
export function listenersOf(roots: readonly number[]): readonly Listener[] {
  const sockets = new Map([...table('tcp'), ...table('tcp6')]);
  return familyOf(roots).flatMap((pid) =>
    inodesOf(pid).flatMap((inode) => {
      const found = sockets.get(inode);
      return found === undefined ? [] : [{ pid, program: programOf(pid), ...found }];
    }),
  );
}

/** Processes and all that descend from them. */
export function familyOf(roots: readonly number[]): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): readonly (readonly [number, number])[] => {
      const parent = / [A-Z] (\d+) /.exec(
        attempt(() => readFileSync(`/proc/${name}/stat`, 'utf8')) ?? '',
      )?.[1];
      return parent === undefined ? [] : [[Number(name), Number(parent)]];
    });
  const family = new Set(roots);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

function table(
  name: 'tcp' | 'tcp6',
): readonly (readonly [inode: string, place: { readonly address: string; readonly port: number }])[] {
  const lines = (attempt(() => readFileSync(`/proc/net/${name}`, 'utf8')) ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    // 0A: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
    return state === '0A'
      ? [[inode, { address: addressOf(address), port: Number.parseInt(port, 16) }] as const]
      : [];
  });
}

// Four bytes at a time, the last one first.
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function inodesOf(pid: number): readonly string[] {
  const names = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return names.flatMap(
    (name) =>
      /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`/proc/${pid}/fd/${name}`)) ?? '')?.[1] ?? [],
  );
}

function programOf(pid: number): string {
  return (attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? '').trim();
}

// A process, or a file that it has open, may be gone meanwhile.
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
