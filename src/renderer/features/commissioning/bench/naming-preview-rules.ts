/* What names the pattern of the bench line makes, as an example. The console makes the real ones (src/main/commissioning/naming-rules.ts). */

export type NamingExample = {
  readonly number: number;
  readonly id: string;
  readonly mac: string;
  /** Name or id of the zone; empty without one. */
  readonly zone: string;
};

const placeholder = /\{(n|id|mac|zone)(?::(\d{1,2}))?\}/g;

/** The name of one board: `{n}` number, `{n:3}` with that many digits, `{id}`, `{mac}`, `{zone}`. Anything else stays as it is. */
export function exampleName(pattern: string, { number, id, mac, zone }: NamingExample): string {
  return pattern
    .replace(placeholder, (_whole, key: 'n' | 'id' | 'mac' | 'zone', digits?: string) => {
      if (key === 'n') return String(number).padStart(Number(digits ?? 0), '0');
      return { id, mac, zone }[key];
    })
    .trim();
}

/** Braces that are none of the placeholders, such as a mistyped `{name}`; they would stand in every name. */
export function unknownPlaceholders(pattern: string): string[] {
  return [...pattern.replace(placeholder, '').matchAll(/\{[^{}]*\}/g)].map(([text]) => text);
}

/** True when boards of the same zone would all get the same name. */
export function isSameForAll(pattern: string): boolean {
  return ![...pattern.matchAll(placeholder)].some(([, key]) => key !== 'zone');
}
