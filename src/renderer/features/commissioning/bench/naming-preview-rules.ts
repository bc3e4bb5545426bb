/* What names the pattern of the bench line makes, as an example. The console makes the real ones (src/main/commissioning/naming-rules.ts). */

export type NamingExample = {
  readonly number: number;
  readonly id: string;
  readonly mac: string;
  /** Name or id of the zone; empty without one. */
  readonly zone: string;
};

const placeholder = /\{(?:(n)(?::([1-9]))?|(id|mac|zone))\}/g;

/** The name of one board: `{n}` number, `{n:3}` with that many digits, `{id}`, `{mac}`, `{zone}`. Anything else stays as it is. */
export function exampleName(pattern: string, { number, id, mac, zone }: NamingExample): string {
  return pattern
    .replace(placeholder, (_whole, n?: string, digits?: string, word?: 'id' | 'mac' | 'zone') => {
      if (n !== undefined) return String(number).padStart(Number(digits ?? 1), '0');
      return word === undefined ? '' : { id, mac, zone }[word];
    })
    .trim();
}

/** Braces that are none of the placeholders, such as a mistyped `{name}`; they would stand in every name. */
export function unknownPlaceholders(pattern: string): string[] {
  return [...pattern.replace(placeholder, '').matchAll(/\{[^{}]*\}/g)].map(([text]) => text);
}

/** True when boards of the same zone would all get the same name. */
export function isSameForAll(pattern: string): boolean {
  return ![...pattern.matchAll(placeholder)].some(([whole]) => whole !== '{zone}');
}
