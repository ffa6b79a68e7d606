import { startEmulator, type EmulatorOptions } from '../../../src/emulator/index.ts';

// The emulator of a nemesis run, in a process of its own: its options come as JSON, out of sight of `ps`.
const options = JSON.parse(process.env['NEMESIS_EMULATOR'] ?? '{}') as EmulatorOptions;
await startEmulator(options);
