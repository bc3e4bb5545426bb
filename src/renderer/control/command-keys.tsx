import { useState } from 'react';
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ActuatorView } from '../../shared/api/control';
import { Button } from '../ui/button';
import { formatDuration, formatPercent } from '../ui/format';
import { TextField } from '../ui/field';
import { isOn, isPwm, type Possible } from './actuator-rules';
import styles from './command-keys.module.css';
import { minutesOf } from './duration-input-rules';
import type { SwitchCommand } from './use-switching';

export type CommandKeysProps = {
  readonly actuator: ActuatorView;
  readonly possible: Possible;
  readonly onCommand: (command: SwitchCommand) => void;
};

/** On, Off and On for …, and the level of a dimmer. The lit key is the observed state, never the wish. */
export function CommandKeys({ actuator, possible, onCommand }: CommandKeysProps) {
  const { t } = useTranslation();
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  const { state } = actuator;
  const { canSwitchOn, canSwitchOff } = possible;
  return (
    <>
      <div className={styles['keys']}>
        <Button
          variant="key"
          isActive={isOn(state)}
          isDisabled={!canSwitchOn}
          onPress={() => onCommand({ command: 'ON' })}
        >
          {t('face.keyOn')}
        </Button>
        <Button
          variant="key"
          isActive={state === 'off'}
          isDisabled={!canSwitchOff}
          onPress={() => onCommand({ command: 'OFF' })}
        >
          {t('face.keyOff')}
        </Button>
        <Button
          variant="key"
          aria-expanded={isChoosingTime}
          isDisabled={!canSwitchOn}
          onPress={() => setIsChoosingTime(!isChoosingTime)}
        >
          {t('face.keyOnFor')}
        </Button>
      </div>
      {isChoosingTime && canSwitchOn && (
        <OnFor
          onStart={(durationS) => {
            setIsChoosingTime(false);
            onCommand({ command: 'ON', durationS });
          }}
        />
      )}
      {isPwm(actuator) && (
        <Level
          value={actuator.observed?.value ?? 0}
          isDisabled={!canSwitchOn}
          onSet={(value) => onCommand({ command: 'PWM', value })}
        />
      )}
    </>
  );
}

const presetMinutes = [1, 5, 10, 30];

function OnFor({ onStart }: { readonly onStart: (durationS: number) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('5');
  const minutes = minutesOf(text);
  return (
    <form
      className={styles['onFor']}
      aria-label={t('face.durationTitle')}
      onSubmit={(event) => {
        event.preventDefault();
        if (minutes !== null) onStart(Math.round(minutes * 60));
      }}
    >
      <TextField
        label={t('face.minutes')}
        value={text}
        onChange={setText}
        inputMode="decimal"
        error={minutes === null ? t('face.minutesProblem') : undefined}
      />
      <div className={styles['presets']}>
        {presetMinutes.map((preset) => (
          <Button key={preset} onPress={() => setText(String(preset))}>
            {formatDuration(preset * 60_000)}
          </Button>
        ))}
      </div>
      <Button variant="primary" type="submit" isDisabled={minutes === null}>
        {t('face.startFor', { time: formatDuration((minutes ?? 0) * 60_000) })}
      </Button>
    </form>
  );
}

type LevelProps = { readonly value: number; readonly isDisabled: boolean; readonly onSet: (value: number) => void };

/** Chosen with the slider, sent with the key: a slip of the hand moves nothing in the plant. */
function Level({ value, isDisabled, onSet }: LevelProps) {
  const { t } = useTranslation();
  const [percent, setPercent] = useState(Math.round(value * 100));
  return (
    <div className={styles['level']}>
      <Slider
        className={styles['slider'] ?? ''}
        value={percent}
        onChange={setPercent}
        minValue={0}
        maxValue={100}
        isDisabled={isDisabled}
      >
        <Label>{t('face.level')}</Label>
        <SliderOutput>{formatPercent(percent / 100)}</SliderOutput>
        <SliderTrack className={styles['track'] ?? ''}>
          <div className={styles['fill']} style={{ width: `${percent}%` }} />
          <SliderThumb className={styles['thumb'] ?? ''} />
        </SliderTrack>
      </Slider>
      <Button variant="key" isDisabled={isDisabled} onPress={() => onSet(percent / 100)}>
        {t('face.keySet', { percent: formatPercent(percent / 100) })}
      </Button>
    </div>
  );
}
