import type { CSSProperties } from 'react';
import type { User } from './models.js';

/** A person as a coloured badge of initials. */
export function Badge({ user }: { readonly user: User | undefined }) {
  const initials = (user?.name ?? '?').split(' ').map((part) => part[0]).join('');
  return <span className="badge" style={{ '--hue': user?.hue ?? 0 } as CSSProperties} aria-hidden="true">{initials}</span>;
}

const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });

/** A day, as a reader writes it. */
export function Day({ of }: { readonly of: string | null }) {
  return of ? <time dateTime={of}>{DAY.format(new Date(of))}</time> : null;
}
