import { useTranslation } from 'react-i18next';

const ours = {
  'user:operator': 'event.actorOperator',
  'user:script': 'event.actorScript',
  'system:console': 'event.actorSystem',
  'system:demo': 'event.actorDemo',
} as const;

/** Who did something, in words: `user:operator` is the operator, a device its id. */
export function useActorName(): (actor: string) => string {
  const { t } = useTranslation();
  return (actor) =>
    Object.hasOwn(ours, actor) ? t(ours[actor as keyof typeof ours]) : actor.replace(/^(user|device|system):/, '');
}
