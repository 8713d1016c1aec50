/** Settings as written; a list where `key[]` is used. */
export type RawSettings = Record<string, string | string[]>;

/**
 * Parses an `.npmrc`: lines `key = value`, `key[] = value` for lists, comments after `;` or `#`, JSON strings in double quotes, and
 * `${NAME}` for a variable of the environment (left as it is when unset, as npm does; `${NAME?}` becomes empty).
 */
export function parseNpmrc(content: string, env: NodeJS.ProcessEnv): RawSettings {
  const settings: RawSettings = {};
  for (const line of content.split(/\r?\n/)) {
    const match = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, key, written] = match as unknown as [string, string, string];
    const value = expand(unquote(written), env);
    if (!key.endsWith('[]')) {
      settings[expand(key, env)] = value;
      continue;
    }
    const list = key.slice(0, -2);
    const before = settings[list] ?? [];
    settings[list] = [...(typeof before === 'string' ? [before] : before), value];
  }
  return settings;
}

function unquote(value: string): string {
  if (/^'.*'$/.test(value)) return value.slice(1, -1);
  if (!/^".*"$/.test(value)) return value.replace(/\s+[;#].*$/, '');
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}

function expand(value: string, env: NodeJS.ProcessEnv): string {
  return value.replace(/\$\{([^}?]+)(\?)?\}/g, (whole, name: string, optional?: string) => {
    return env[name] ?? (optional === undefined ? whole : '');
  });
}
