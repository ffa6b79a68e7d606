import { loadEnvironmentFile, readConfig, type Config } from '../../config.ts';
import { openSession, type Session } from '../session.ts';

/** Reads the configuration from `.env` and the environment; flags go over both. */
export function configure(flags: { readonly anonymous?: boolean } = {}): Config {
  loadEnvironmentFile();
  return readConfig(
    flags.anonymous === true ? { ...process.env, POLLINATIONS_ANONYMOUS: 'true' } : process.env,
  );
}

/** Opens the servers for the time of one command. */
export async function withSession<Result>(
  config: Config,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await openSession(config);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}
