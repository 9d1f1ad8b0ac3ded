'use client';

import { DataStore } from 'granary';
import { useEffect } from 'react';
import { leaveNote } from '../src/program.js';

export function Notes() {
  useEffect(() => {
    leaveNote(DataStore);
  }, []);
  return null;
}
