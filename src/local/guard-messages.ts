/** What the product asks of the guard. Secrets in `environment` travel over the channel, never as arguments. */
export type GuardRequest = StartRequest | StopRequest;

export interface StartRequest {
  readonly kind: 'start';
  readonly id: number;
  readonly command: string;
  readonly arguments: readonly string[];
  /** The program's whole environment; absent = the guard's own, which is the product's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** Milliseconds between SIGTERM and SIGKILL when the product is gone. */
  readonly graceMs: number;
  /** Whether it ends only after all programs without this mark, when the product is gone. */
  readonly endsLast: boolean;
}

export interface StopRequest {
  readonly kind: 'stop';
  readonly id: number;
  /** Milliseconds between SIGTERM and SIGKILL; 0 sends SIGKILL at once. */
  readonly graceMs: number;
}

export type GuardAnswer =
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | {
      readonly kind: 'exited';
      readonly id: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };
