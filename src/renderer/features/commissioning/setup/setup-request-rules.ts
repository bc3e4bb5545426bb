import type { z } from 'zod';
import type { setupInputSchema } from '../../../../shared/api/commissioning';
import type { Inspection } from '../../../../shared/api/flash';
import type { BrokerProposal, WifiScan } from '../../../../shared/api/provisioning';
import type { ZoneView } from '../../../../shared/api/zones';
import type { DeviceView } from '../../../../shared/api/devices';
import { utf8Bytes } from '../../../../shared/wire/encode';
import { choiceProblem } from '../../../plant/zone-choice-rules';
import type { SetupDraft } from './setup-draft';
import type { FormStep, Look } from './setup-wizard-state';

/*
 * From what was typed to the request for a setup: which step is complete, what is wrong with a field, and the request itself. The limits
 * are those of src/shared/api/provisioning.ts; a test compares them.
 */

/** What a step is judged by besides the draft. */
export type StepFacts = {
  readonly look: Look;
  readonly proposal: BrokerProposal | null;
  readonly zones: readonly ZoneView[];
  readonly devices: Readonly<Record<string, DeviceView>>;
  /** Paths of the ports on which a setup can begin. */
  readonly usablePorts: readonly string[];
};

export type StepProblem =
  | 'replaces_missing'
  | 'replaces_online'
  | 'port_missing'
  | 'port_busy'
  | 'look_missing'
  | 'image_refused'
  | 'board_other_device'
  | 'board_is_the_dead_device'
  | 'board_retired'
  | 'board_unconfirmed'
  | 'ssid_empty'
  | 'ssid_long'
  | 'ssid_control'
  | 'password_length'
  | 'host_empty'
  | 'host_form'
  | 'port_form'
  | 'loopback_only'
  | 'username_empty'
  | 'name_control'
  | 'zone_empty'
  | 'zone_taken';

const MAX_SSID_BYTES = 32;
const PASSPHRASE_BYTES = { min: 8, max: 63 };
/** No control characters and no marks that turn the direction of writing, as the console demands of names. */
// eslint-disable-next-line no-control-regex -- that is what is looked for
const controlCharacters = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;

/** Why a network name is not accepted, or null. */
export function ssidProblem(ssid: string): 'ssid_empty' | 'ssid_long' | 'ssid_control' | null {
  if (ssid === '') return 'ssid_empty';
  if (utf8Bytes(ssid) > MAX_SSID_BYTES) return 'ssid_long';
  return controlCharacters.test(ssid) ? 'ssid_control' : null;
}

/** Why a Wi-Fi password is not accepted, or null. Empty is an open network. */
export function passwordProblem(password: string): 'password_length' | null {
  if (password === '' || /^[0-9A-Fa-f]{64}$/.test(password)) return null;
  const length = utf8Bytes(password);
  return length >= PASSPHRASE_BYTES.min && length <= PASSPHRASE_BYTES.max ? null : 'password_length';
}

/** From here on a device joins without trouble, and below `fair` it loses messages (dBm). */
const SIGNAL_DBM = { good: -67, fair: -78 };

/** The signal in a word. */
export function signalWord(rssiDbm: number): 'good' | 'fair' | 'weak' {
  if (rssiDbm >= SIGNAL_DBM.good) return 'good';
  return rssiDbm >= SIGNAL_DBM.fair ? 'fair' : 'weak';
}

/** Each network once (several access points carry the same name), by its strongest signal. Hidden ones have no name and are left out. */
export function strongestFirst(networks: WifiScan['networks']): WifiScan['networks'] {
  const names = new Set<string>(['']);
  return networks
    .toSorted((a, b) => b.rssiDbm - a.rssiDbm)
    .filter(({ ssid }) => {
      const isNew = !names.has(ssid);
      names.add(ssid);
      return isNew;
    });
}

/** Why a broker host is not accepted, or null. */
export function hostProblem(host: string): 'host_empty' | 'host_form' | null {
  if (host === '') return 'host_empty';
  return /^[A-Za-z0-9._:-]{1,64}$/.test(host) ? null : 'host_form';
}

/** The port as a number; null when it is none. */
export function portNumber(text: string): number | null {
  if (!/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : null;
}

/** The device is given the console's own broker by an address of this machine, and that broker does not listen there. */
export function isBehindLoopback({ broker }: SetupDraft, proposal: BrokerProposal | null): boolean {
  if (!proposal?.isOwnBroker || !proposal.isLoopbackOnly) return false;
  return proposal.hosts.includes(broker.host) && !isLoopback(broker.host) && broker.port === String(proposal.port);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Who the board is in this plant, by the id that it takes from its MAC. */
export type BoardIdentity =
  | { readonly kind: 'new' }
  /** Known, and that is fine or a question; `name` is empty when it has none. */
  | { readonly kind: 'waiting' | 'own' | 'refused' | 'retired' | 'deadDevice' | 'other'; readonly device: DeviceView };

/** A board that is known already: `own` is set up again, `other` cannot replace a device, `deadDevice` is the device itself, and `retired` is refused by the console for ever. */
export function boardIdentity(
  inspection: Pick<Inspection, 'deviceId'>,
  replaces: string | null,
  devices: StepFacts['devices'],
): BoardIdentity {
  const device = devices[inspection.deviceId];
  if (!device) return { kind: 'new' };
  if (device.id === replaces) return { kind: 'deadDevice', device };
  if (device.replacedBy !== null) return { kind: 'retired', device };
  if (device.approval === 'pending') return { kind: 'waiting', device };
  if (device.approval === 'rejected') return { kind: 'refused', device };
  return { kind: replaces === null ? 'own' : 'other', device };
}

/** What keeps a step from being complete; empty when it is. */
export function stepProblems(step: FormStep, draft: SetupDraft, facts: StepFacts): readonly StepProblem[] {
  switch (step) {
    case 'replace':
      return replaceProblems(draft, facts);
    case 'port':
      if (draft.port === null) return ['port_missing'];
      return facts.usablePorts.includes(draft.port) ? [] : ['port_busy'];
    case 'look':
      return lookProblems(draft, facts);
    case 'network':
      return present([ssidProblem(draft.wifi.ssid), passwordProblem(draft.wifi.password)]);
    case 'broker':
      return brokerProblems(draft, facts);
    case 'name':
      return draft.replaces === null ? nameProblems(draft, facts) : [];
    case 'summary':
      return [];
  }
}

function replaceProblems({ replaces }: SetupDraft, { devices }: StepFacts): readonly StepProblem[] {
  const device = replaces === null ? undefined : devices[replaces];
  if (!device) return ['replaces_missing'];
  return device.presence === 'online' ? ['replaces_online'] : [];
}

function lookProblems(draft: SetupDraft, { look, devices }: StepFacts): readonly StepProblem[] {
  if (look.name !== 'found' || look.imageId !== draft.imageId) return ['look_missing'];
  const { inspection } = look;
  if (draft.imageId !== null && inspection.refusal !== null) return ['image_refused'];
  if (draft.imageId !== null && inspection.imageId === null) return ['image_refused'];
  if (draft.isFlashOnly) return [];
  const identity = boardIdentity(inspection, draft.replaces, devices);
  if (identity.kind === 'other') return ['board_other_device'];
  if (identity.kind === 'retired') return ['board_retired'];
  if (identity.kind === 'deadDevice') return ['board_is_the_dead_device'];
  const isQuestion = identity.kind === 'own' || identity.kind === 'refused';
  return isQuestion && draft.confirmedId !== identity.device.id ? ['board_unconfirmed'] : [];
}

function brokerProblems(draft: SetupDraft, { proposal }: StepFacts): readonly StepProblem[] {
  const { host, port, login, username } = draft.broker;
  return present([
    hostProblem(host),
    portNumber(port) === null ? 'port_form' : null,
    login === 'typed' && username === '' ? 'username_empty' : null,
    isBehindLoopback(draft, proposal) ? 'loopback_only' : null,
  ]);
}

function nameProblems({ name, zone }: SetupDraft, { zones }: StepFacts): readonly StepProblem[] {
  const problem = choiceProblem(zone, zones);
  return present([controlCharacters.test(name) ? 'name_control' : null, problem === null ? null : `zone_${problem}`]);
}

function present(problems: readonly (StepProblem | null)[]): readonly StepProblem[] {
  return problems.filter((problem): problem is StepProblem => problem !== null);
}

export type SetupRequest = z.input<typeof setupInputSchema>;

/** The request for a complete draft; `zoneId` is that of the chosen zone, which may have been created just before. */
export function setupRequest(draft: SetupDraft, zoneId: string | null): SetupRequest {
  const { eraseAll, keepUserData, baud } = draft.options;
  return {
    port: draft.port ?? '',
    imageId: draft.imageId,
    options: {
      eraseAll,
      skipIfSame: !eraseAll,
      keepUserData: keepUserData && !eraseAll,
      ...(baud !== null && { baud }),
    },
    settings: draft.isFlashOnly ? null : settingsOf(draft, zoneId),
    method: 'serial',
    ...(draft.replaces !== null && !draft.isFlashOnly && { replaces: draft.replaces }),
  };
}

/** With a replacement, name and zone come from the dead device, so none is sent. */
function settingsOf({ wifi, broker, name, replaces }: SetupDraft, zoneId: string | null): SetupRequest['settings'] {
  const { host, tls, login, username, password, caPem } = broker;
  const isNamed = replaces === null && name.trim() !== '';
  return {
    wifi,
    broker: {
      host,
      port: portNumber(broker.port) ?? 0,
      tls,
      useOwnAccount: login === 'own',
      ...(login === 'typed' && { username, password }),
      ...(tls && caPem.trim() !== '' && { caPem }),
    },
    ...(isNamed && { name: name.trim() }),
    ...(replaces === null && zoneId !== null && { zoneId }),
    approve: true,
  };
}
