import type { BoardFaults } from './board-faults';
import type { ChipModel } from './chip-model';

const flags = { secureBoot: 1 << 0, secureDownload: 1 << 2, softDisableJtag: 1 << 6, hardDisableJtag: 1 << 7 };
const AES_KEY_PURPOSE = 4;
const DIGEST_PURPOSE = 9;

/** The answer to GET_SECURITY_INFO: flags, encryption count, seven key purposes; on chips after the S2 also chip id and API version. */
export function securityInfo(model: ChipModel, faults: BoardFaults): Buffer {
  const info = Buffer.alloc(model.securityInfoBytes);
  const value =
    (faults.secureBoot ? flags.secureBoot : 0) |
    (faults.secureDownload ? flags.secureDownload : 0) |
    (faults.debugDisabled ? flags.softDisableJtag | flags.hardDisableJtag : 0);
  info.writeUInt32LE(value, 0);
  info[4] = faults.flashEncrypted ? 1 : 0;
  if (faults.flashEncrypted) info[5] = AES_KEY_PURPOSE;
  if (faults.secureBoot) info[6] = DIGEST_PURPOSE;
  if (model.securityChipId !== null) info.writeUInt32LE(model.securityChipId, 12);
  return info;
}
