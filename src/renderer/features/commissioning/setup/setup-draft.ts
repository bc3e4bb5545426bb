import type { FlashOptions } from '../../../../shared/api/flash';
import type { ZoneChoice } from '../../../plant/zone-choice-rules';

/** How the device logs in: with an account that the console makes for it, one that was typed, or without. */
export const brokerLogins = ['own', 'typed', 'none'] as const;
export type BrokerLogin = (typeof brokerLogins)[number];

/** What the technician has typed and chosen so far, as it stands in the fields. Passwords stay in the memory of this page. */
export type SetupDraft = {
  /** The dead device, when one is replaced. */
  readonly replaces: string | null;
  readonly port: string | null;
  /** `auto`: the bundled image for the chip; null: do not flash. */
  readonly imageId: string | null;
  readonly options: {
    readonly eraseAll: boolean;
    readonly keepUserData: boolean;
    /** Null: the fastest that works. */
    readonly baud: NonNullable<FlashOptions['baud']> | null;
  };
  /** The board gets an image, and no settings. */
  readonly isFlashOnly: boolean;
  /** The id of a board that the plant knows already, once the technician has said that it is meant. */
  readonly confirmedId: string | null;
  readonly wifi: { readonly ssid: string; readonly password: string };
  readonly broker: BrokerDraft;
  readonly name: string;
  readonly zone: ZoneChoice;
};

export type BrokerDraft = {
  readonly host: string;
  readonly port: string;
  readonly tls: boolean;
  readonly login: BrokerLogin;
  readonly username: string;
  readonly password: string;
  readonly caPem: string;
};

export const emptyDraft: SetupDraft = {
  replaces: null,
  port: null,
  imageId: 'auto',
  options: { eraseAll: false, keepUserData: true, baud: null },
  isFlashOnly: false,
  confirmedId: null,
  wifi: { ssid: '', password: '' },
  broker: { host: '', port: '1883', tls: false, login: 'own', username: '', password: '', caPem: '' },
  name: '',
  zone: { kind: 'none' },
};
