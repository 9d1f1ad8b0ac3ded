import { DataStore } from 'granary';
import { leaveNote } from './program.js';

leaveNote(DataStore);
