/*
 * Names of boards on the bench line, made of a pattern: the console makes them, the page shows an example of the next one.
 */
/** What a name can be made of. Null: not known yet, so its placeholder stays. */
export type NameValues = {
  readonly number: number;
  readonly id: string | null;
  readonly mac: string | null;
  /** Name of the zone; empty: none. */
  readonly zone: string;
};

/** As the API takes names (`provisioningSettingsSchema.name`), in UTF-16 units. */
export const MAX_NAME_LENGTH = 64;

/** To add a placeholder: its word here, its value in `NameValues` and in `fillName`, its line in `benchTemplateSchema`. */
const placeholder = /\{(?:(n)(?::([1-9]))?|(id|mac|zone))\}/g;

/**
 * Fills `{n}`, `{n:3}` (at least so many digits), `{id}`, `{mac}` and `{zone}` in one pass, so that a zone called `{id}` stays what it is.
 * Other braces stay. The result is trimmed and cut to 64 without cutting a character; one that is empty becomes the id.
 */
export function fillName(template: string, { number, id, mac, zone }: NameValues): string {
  const values = { id, mac, zone };
  const filled = template.replace(placeholder, (found: string, n?: string, digits?: string, word?: string) => {
    if (n !== undefined) return String(number).padStart(Number(digits ?? 1), '0');
    return values[word as keyof typeof values] ?? found;
  });
  return shortened(filled) || (id ?? '');
}

/** Does the name take a number, which is then used up? */
export function usesNumber(template: string): boolean {
  return [...template.matchAll(placeholder)].some(([, n]) => n !== undefined);
}

/** Can the name only be told when the chip is known? */
export function usesChip(template: string): boolean {
  return [...template.matchAll(placeholder)].some(([, , , word]) => word === 'id' || word === 'mac');
}

/** Braces that are none of the placeholders, such as a mistyped `{name}`; they would stand in every name. */
export function unknownPlaceholders(template: string): string[] {
  return [...template.replace(placeholder, '').matchAll(/\{[^{}]*\}/g)].map(([text]) => text);
}

/** True when boards of the same zone would all get the same name. */
export function isSameForAll(template: string): boolean {
  return !usesNumber(template) && !usesChip(template);
}

function shortened(text: string): string {
  let name = '';
  for (const character of text.trim()) {
    if (name.length + character.length > MAX_NAME_LENGTH) break;
    name += character;
  }
  return name.trim();
}
