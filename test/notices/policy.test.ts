import { describe, expect, it } from 'vitest';

import { isPublicAddress } from '../../src/notices/address.ts';
import { refusalOf } from '../../src/notices/policy.ts';
import { createNoticeSecrets } from '../../src/notices/secret.ts';

const secrets = createNoticeSecrets(`whsec_${'x'.repeat(40)}`);
const settings = {
  secrets,
  hosts: ['hooks.example', '*.wide.example', '10.0.0.8', '127.0.0.1', '8.8.8.8', '0.0.0.0'],
  allowPrivate: false,
};

describe('who may be told', () => {
  it.each([
    ['https://hooks.example/a?b=c'],
    ['https://HOOKS.example:8443/'],
    ['https://hooks.example./'],
    ['https://a.wide.example/'],
    ['https://a.b.wide.example/'],
    ['https://8.8.8.8/'],
  ])('%s may', (url) => {
    expect(refusalOf(url, settings)).toBeUndefined();
  });

  it.each([
    ['https://other.example/', 'the host other.example is not among those that may be told'],
    ['https://hooks.example.evil.test/', 'the host hooks.example.evil.test is not among'],
    ['https://evil-hooks.example/', 'is not among those that may be told'],
    ['https://wide.example/', 'is not among those that may be told'],
    ['https://evilwide.example/', 'is not among those that may be told'],
    ['https://hooks.example@evil.test/', 'the host evil.test is not among'],
    ['http://hooks.example/', 'what is told to hooks.example could be read on its way'],
    ['https://10.0.0.8/', 'the host 10.0.0.8 has a private address'],
    ['https://0x7f.1/', 'the host 127.0.0.1 has a private address'],
    ['https://2130706433/', 'the host 127.0.0.1 has a private address'],
    ['https://0/', 'the host 0.0.0.0 has a private address'],
    ['https://[::1]/', 'the host [::1] is not among'],
  ])('%s may not: %s', (url, message) => {
    expect(refusalOf(url, settings)?.message).toContain(message);
  });

  it('may be refused for what another worker has set already, and for good by a private address alone', () => {
    const isFinal = (url: string, changes: object = {}): boolean | undefined =>
      refusalOf(url, { ...settings, ...changes })?.isFinal;
    expect(isFinal('https://10.0.0.8/')).toBe(true);
    for (const changes of [{ hosts: [] }, { hosts: ['other.example'] }, { secrets: [] }]) {
      expect(isFinal('https://hooks.example/', changes)).toBeUndefined();
    }
  });

  it('nobody may where no host is named, or no secret is there to sign with', () => {
    const url = 'https://hooks.example/';
    expect(refusalOf(url, { ...settings, hosts: [] })?.message).toBe('no host may be told anything');
    expect(refusalOf(url, { ...settings, secrets: [] })?.message).toBe('there is no secret to sign with');
  });

  it('private addresses and plain http may where the operator allows it, and other hosts still may not', () => {
    const open = { ...settings, allowPrivate: true };
    expect(refusalOf('http://127.0.0.1:8080/', open)).toBeUndefined();
    expect(refusalOf('http://other.example/', open)?.message).toContain('not among');
  });

  it('says no more of an address than its host', () => {
    const { message, remedy } = refusalOf('https://other.example/T0KEN?key=T0KEN', settings) ?? {};
    expect(`${message} ${remedy}`).not.toContain('T0KEN');
  });
});

describe('an address', () => {
  it.each(['8.8.8.8', '203.0.112.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    'localhost',
    '',
    ...'127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 192.0.0.8'.split(' '),
    ...'198.18.0.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0'.split(' '),
    ...'fd00::1 fec0::1 ff02::1 2001:db8::1 5f00::1 ::ffff:10.0.0.1 ::10.0.0.1 64:ff9b::a00:1'.split(' '),
    ...'2002:a00:1::1 2001::1'.split(' '),
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
