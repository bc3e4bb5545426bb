/** Does a subscription filter select a topic (MQTT 3.1.1, 4.7)? `#` and `+` at the start do not select topics that begin with `$`. */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length) return false;
    if (level !== '+' && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** True for a name that may be published to: not empty, no wildcard, no NUL (MQTT 3.1.1, 4.7.1 and 4.7.3). */
export function isPublishable(topic: string): boolean {
  return topic !== '' && !/[+#\0]/.test(topic);
}
