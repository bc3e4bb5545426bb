import { benchTemplateSchema, type BenchTemplate, type BenchTemplateView } from '../../../../shared/api/commissioning';
import { flashBauds } from '../../../../shared/api/flash';
import type { BrokerProposal } from '../../../../shared/api/provisioning';
import type { ZoneId } from '../../../../shared/domain/ids';
import { utf8Bytes } from '../../../../shared/wire/encode';

/* The template of the bench line while it is edited: every field as it is typed, and what is wrong with it. */

/** How a device logs in to the broker: with an account that the console makes, with one that is given, or without. */
export const brokerLogins = ['own', 'given', 'none'] as const;

export type TemplateDraft = {
  /** `auto`, `none` (do not flash) or an image id. */
  readonly image: string;
  readonly isEraseAll: boolean;
  readonly isSkipIfSame: boolean;
  readonly isKeepUserData: boolean;
  readonly baud: 'auto' | `${(typeof flashBauds)[number]}`;
  readonly method: BenchTemplate['method'];
  /** Without it boards are flashed only. */
  readonly isProvisioned: boolean;
  readonly ssid: string;
  readonly password: string;
  readonly isOpenNetwork: boolean;
  readonly host: string;
  readonly port: string;
  readonly isTls: boolean;
  readonly login: (typeof brokerLogins)[number];
  readonly username: string;
  readonly brokerPassword: string;
  readonly caPem: string;
  readonly zoneId: ZoneId | '';
  readonly isApproved: boolean;
  readonly naming: string;
  readonly nextNumber: string;
  /** Otherwise the count of the line goes on, which boards may take further while this is edited. */
  readonly isNumberTyped: boolean;
};

export type DraftProblem =
  | 'nothing'
  | 'settingsNeedImage'
  | 'ssid'
  | 'password'
  | 'passwordMissing'
  | 'host'
  | 'port'
  | 'username'
  | 'naming'
  | 'nextNumber'
  | 'ca';

/** The draft to begin with: the present template without its passwords, else what the console proposes. */
export function draftOf(view: BenchTemplateView | null, proposal: BrokerProposal | null): TemplateDraft {
  const settings = view?.settings ?? null;
  const options = view?.options ?? { eraseAll: false, skipIfSame: true, keepUserData: true };
  return {
    image: view === null ? 'auto' : (view.imageId ?? 'none'),
    isEraseAll: options.eraseAll,
    isSkipIfSame: options.skipIfSame,
    isKeepUserData: options.keepUserData,
    baud: options.baud === undefined ? 'auto' : `${options.baud}`,
    method: view?.method ?? 'serial',
    isProvisioned: view === null || settings !== null,
    ssid: settings?.ssid ?? '',
    password: '',
    isOpenNetwork: false,
    host: settings?.broker.host ?? proposal?.hosts[0] ?? '',
    port: String(settings?.broker.port ?? proposal?.port ?? 1883),
    isTls: settings?.broker.tls ?? proposal?.tls ?? false,
    login: loginOf(view, proposal),
    username: '',
    brokerPassword: '',
    caPem: '',
    zoneId: settings?.zoneId ?? '',
    isApproved: settings?.approve ?? true,
    naming: view?.naming ?? '{id}',
    nextNumber: String(view?.nextNumber ?? 1),
    isNumberTyped: false,
  };
}

/** The own broker gives accounts; a template without an account is one with a login that is not shown, so it is asked for again. */
function loginOf(view: BenchTemplateView | null, proposal: BrokerProposal | null): TemplateDraft['login'] {
  const settings = view?.settings ?? null;
  if (settings !== null) return settings.broker.useOwnAccount ? 'own' : 'given';
  return proposal === null || proposal.isOwnBroker ? 'own' : 'given';
}

/** The draft as it is shown: a number that nobody typed goes on with the line. */
export function withCount(draft: TemplateDraft, view: BenchTemplateView | null): TemplateDraft {
  return draft.isNumberTyped || view === null ? draft : { ...draft, nextNumber: String(view.nextNumber) };
}

/** The console holds the certificate of this broker's authority already: left empty, it stays. */
export function isCaHeld(draft: Pick<TemplateDraft, 'host' | 'port'>, view: BenchTemplateView | null): boolean {
  const broker = view?.settings?.broker;
  return broker?.hasCa === true && broker.host === draft.host.trim() && String(broker.port) === draft.port.trim();
}

/** The console holds the password of this network already: left empty, it stays. */
export function isPasswordHeld(draft: Pick<TemplateDraft, 'ssid'>, view: BenchTemplateView | null): boolean {
  return view?.settings?.hasPassword === true && view.settings.ssid === draft.ssid;
}

/** The template, or the first field that is wrong. `view` is the one that is stored: its passwords stay where none is typed. */
export function templateOf(draft: TemplateDraft, view: BenchTemplateView | null): BenchTemplate | DraftProblem {
  const problem = draftProblem(draft, isPasswordHeld(draft, view));
  if (problem !== null) return problem;
  const parsed = benchTemplateSchema.safeParse({
    imageId: draft.image === 'none' ? null : draft.image,
    options: {
      eraseAll: draft.isEraseAll,
      skipIfSame: draft.isSkipIfSame,
      keepUserData: draft.isKeepUserData && !draft.isEraseAll,
      ...(draft.baud !== 'auto' && { baud: Number(draft.baud) }),
    },
    method: draft.method,
    settings: draft.isProvisioned ? settingsOf(draft) : null,
    naming: draft.naming,
    ...(draft.isNumberTyped && { nextNumber: Number(draft.nextNumber) }),
  });
  return parsed.success ? parsed.data : problemOf(parsed.error.issues[0]?.path ?? []);
}

function settingsOf(draft: TemplateDraft) {
  const isGiven = draft.login === 'given';
  return {
    wifi: { ssid: draft.ssid, ...wifiPassword(draft) },
    broker: {
      host: draft.host.trim(),
      port: Number(draft.port),
      tls: draft.isTls,
      useOwnAccount: draft.login === 'own',
      ...(isGiven && { username: draft.username }),
      ...(isGiven && draft.brokerPassword !== '' && { password: draft.brokerPassword }),
      ...(draft.isTls && draft.caPem.trim() !== '' && { caPem: draft.caPem }),
    },
    ...(draft.zoneId !== '' && { zoneId: draft.zoneId }),
    approve: draft.isApproved,
  };
}

/** Nothing typed means: the one that is held. */
function wifiPassword({ isOpenNetwork, password }: TemplateDraft): { password?: string } {
  if (isOpenNetwork) return { password: '' };
  return password === '' ? {} : { password };
}

/** What the schema cannot see: combinations, and an empty password that nobody meant. */
function draftProblem(draft: TemplateDraft, isHeld: boolean): DraftProblem | null {
  if (draft.image === 'none' && !draft.isProvisioned) return 'nothing';
  if (draft.image === 'none' && draft.method === 'partition') return 'settingsNeedImage';
  if (!/^\d+$/.test(draft.nextNumber.trim())) return 'nextNumber';
  if (!draft.isProvisioned) return null;
  if (utf8Bytes(draft.ssid) === 0) return 'ssid';
  if (!draft.isOpenNetwork && draft.password === '' && !isHeld) return 'passwordMissing';
  if (!/^\d+$/.test(draft.port.trim())) return 'port';
  return draft.login === 'given' && draft.username === '' ? 'username' : null;
}

const problemsByField: Readonly<Record<string, DraftProblem>> = {
  ssid: 'ssid',
  host: 'host',
  port: 'port',
  naming: 'naming',
  nextNumber: 'nextNumber',
  username: 'username',
  caPem: 'ca',
};

function problemOf(path: readonly PropertyKey[]): DraftProblem {
  const field = String(path.at(-1));
  if (field === 'password') return path.includes('wifi') ? 'password' : 'username';
  return problemsByField[field] ?? 'nothing';
}
