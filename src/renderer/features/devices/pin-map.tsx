import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boards, type BoardId } from '../../../shared/domain/boards';
import { boardPins } from '../../../shared/domain/pin-rules';
import { Button } from '../../ui/button';
import { newActuator, newSensor, type ConfigDraft, type Editing } from './config-draft-rules';
import { mappedPins, type MappedPin } from './pin-map-rules';
import css from './pin-map.module.css';

export type PinMapProps = {
  readonly board: BoardId | null;
  readonly draft: ConfigDraft;
  readonly onPick: (editing: Editing) => void;
};

/** Every pin of the board with what hangs on it, or why nothing may. A free pin or a used one opens its item. */
export function PinMap({ board, draft, onPick }: PinMapProps) {
  const { t } = useTranslation('devices');
  const [asked, setAsked] = useState<MappedPin | null>(null);
  if (board === null) return <p className={css['unknown']}>{t('editor.pinMapUnknown')}</p>;
  const pins = mappedPins(boardPins(board), draft);
  return (
    <section aria-label={t('editor.pinMap')}>
      <h3>{t('editor.pinMapBoard', { board: boards[board].name })}</h3>
      <ul className={css['pins']}>
        {pins.map((pin) => (
          <li key={pin.gpio}>
            <Pin pin={pin} onPress={() => (pin.item ? onPick(pin.item) : setAsked(pin))} />
          </li>
        ))}
      </ul>
      {asked && (
        <output className={css['ask']}>
          {t('editor.pinAsk', { gpio: asked.gpio })}
          <Button onPress={() => onPick({ section: 'sensors', index: null, item: newSensor(asked.gpio) })}>
            {t('editor.asSensor')}
          </Button>
          {asked.role !== 'input_only' && (
            <Button onPress={() => onPick({ section: 'actuators', index: null, item: newActuator(asked.gpio) })}>
              {t('editor.asOutput')}
            </Button>
          )}
        </output>
      )}
    </section>
  );
}

function Pin({ pin, onPress }: { readonly pin: MappedPin; readonly onPress: () => void }) {
  const { t } = useTranslation('devices');
  const use = pin.use ?? t(`editor.role.${pin.role}`);
  const help = pin.reservation
    ? t(`editor.reservation.${pin.reservation}`)
    : pin.role === 'with_care'
      ? t('editor.withCare')
      : undefined;
  const canPress = pin.item !== null || pin.isFree;
  return (
    <button
      type="button"
      className={css['pin']}
      data-state={pin.use === null ? (pin.isFree ? 'free' : 'closed') : 'used'}
      aria-disabled={!canPress}
      aria-label={t('editor.pinAdd', { gpio: pin.gpio, use: pin.use === null ? (help ?? use) : use })}
      title={help}
      onClick={() => canPress && onPress()}
    >
      <b>{pin.gpio}</b>
      <small>{use}</small>
    </button>
  );
}
