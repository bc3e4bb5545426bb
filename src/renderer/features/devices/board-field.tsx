import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { boardIds } from '../../../shared/domain/boards';
import { api } from '../../connection/client';
import { FailureText } from '../../ui/failure';
import { SelectField } from '../../ui/field';
import { useRequest } from '../../ui/use-request';

/** Which pin rules apply. Stock firmware does not say what board it runs on, so somebody may have to. */
export function BoardField({ device: { id, board } }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const { error, run } = useRequest();
  const source =
    board.source === 'unknown' ? undefined : t(board.source === 'operator' ? 'board.byOperator' : 'board.byDevice');
  return (
    <>
      <SelectField
        label={t('board.label')}
        value={board.id ?? 'unknown'}
        onChange={(value) => void run(() => api.devices.update({ id, board: value === 'unknown' ? null : value }))}
        options={[
          { value: 'unknown' as const, label: t('board.unknown') },
          ...boardIds.map((value) => ({ value, label: t(`board.${value}`) })),
        ]}
        {...(source !== undefined && { help: source })}
      />
      <FailureText error={error} />
    </>
  );
}
