import { Pressable, Text, TextInput, View } from 'react-native';
import type { User } from './models.js';
import { PLACEHOLDER, styles } from './theme.js';

/** The most that a post can be liked. */
export const MOST_STARS = 5;

interface ActionProps {
  readonly id: string;
  readonly label: string;
  /** What it is called where the label alone does not tell. */
  readonly name?: string;
  readonly kind?: 'primary' | 'danger' | 'selected' | false;
  readonly onPress: () => unknown;
}

/** A button. */
export function Action({ id, label, name = label, kind = false, onPress }: ActionProps) {
  return (
    <Pressable role="button" testID={id} aria-label={name} style={[styles.button, kind === 'primary' && styles.primary, kind === 'selected' && styles.selected]} onPress={() => void onPress()}>
      <Text style={[styles.label, kind === 'primary' && styles.onPrimary, kind === 'danger' && styles.onDanger]}>{label}</Text>
    </Pressable>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly tall?: boolean;
  readonly onChange: (text: string) => void;
  readonly onEnter?: () => void;
}

/** A field of text. */
export function Field({ id, label, value, tall = false, onChange, onEnter = () => {} }: FieldProps) {
  return (
    <TextInput testID={id} aria-label={label} placeholder={label} placeholderTextColor={PLACEHOLDER} style={[styles.field, tall && styles.tall]}
      value={value} multiline={tall} onChangeText={onChange} onSubmitEditing={onEnter} />
  );
}

/** A person as a coloured badge of initials. */
export function Badge({ user, writing = false }: { readonly user: User | undefined; readonly writing?: boolean }) {
  const initials = (user?.name ?? '?').split(' ').map((part) => part[0]).join('');
  return (
    <View aria-hidden style={[styles.badge, { backgroundColor: `hsl(${user?.hue ?? 0}, 45%, 42%)` }, writing && styles.writing]}>
      <Text style={styles.initials}>{initials}</Text>
    </View>
  );
}

/** How much a post is liked. */
export function Stars({ rating }: { readonly rating: number }) {
  return <Text role="img" aria-label={`${rating} of ${MOST_STARS}`} style={[styles.fact, styles.star]}>{'★'.repeat(rating) + '☆'.repeat(MOST_STARS - rating)}</Text>;
}

const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });

/** A day, as a reader writes it. */
export function day(of: string | null): string {
  return of ? DAY.format(new Date(of)) : '';
}
