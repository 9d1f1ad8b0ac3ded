import { leaveNote } from './program.js';

leaveNote(Granary.DataStore);
