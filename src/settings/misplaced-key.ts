import { settingList } from './settings.ts';

const secretName = /key(?:id)?$|token|secret|passw|credential|^aws_/i;

/** Says why a key may not stand where it does in the configuration file, or nothing when it is merely unknown. */
export function misplacedKey(path: readonly PropertyKey[], name: string): string | undefined {
  const variable = settingList.find((setting) => setting.name === name);
  if (variable?.key !== undefined) return `\`${name}\` is a variable; in this file it is \`${variable.key}\``;
  const isTemporal = path[0] === 'temporal' && !/^ui/i.test(name);
  if (secretName.test(name) && !isTemporal) return secretRemedy(path);
  if (variable !== undefined || isTemporal || /^(?:temporal|no_proxy|https?_?proxy)/i.test(name)) {
    return `\`${name}\` is read from the environment, and Temporal's settings from temporal.toml as well`;
  }
  const above = path.length === 0 ? '' : `${path.join('.')}.`;
  const home = settingList.find(({ key }) => key?.split('.')[1] === name && key !== above + name)?.key;
  return home === undefined ? undefined : `\`${name}\` does not belong here; write it as \`${home}\``;
}

function secretRemedy(path: readonly PropertyKey[]): string {
  const ofStore = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';
  const ofApi = 'set POLLINATIONS_API_KEY, or `api.keyFile` to a file that holds the key alone';
  const instead = path[0] === 'store' ? ofStore : path[0] === 'api' ? ofApi : `${ofApi}; for S3, ${ofStore}`;
  return `a secret may not stand in this file: ${instead}`;
}
