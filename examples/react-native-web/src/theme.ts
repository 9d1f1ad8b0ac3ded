import { StyleSheet } from 'react-native';

const INK = '#26211b';
const SOFT = '#6f6557';
const LINE = '#e2d8c6';
const ACCENT = '#9a3b26';
const SERIF = 'Palatino, "Book Antiqua", Georgia, serif';

/** The colour of what a field asks for. */
export const PLACEHOLDER = '#766c5e';

/** How everything looks. */
export const styles = StyleSheet.create({
  screen: { flex: 1, minHeight: 0, backgroundColor: '#f6f1e7' },
  top: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: 10, padding: 18, paddingBottom: 12, width: '100%', maxWidth: 1180, alignSelf: 'center' },
  name: { flex: 1, fontFamily: SERIF, fontSize: 25, fontWeight: '600', color: INK },
  columns: { flex: 1, minHeight: 0, flexDirection: 'row', gap: 24, paddingHorizontal: 18, width: '100%', maxWidth: 1180, alignSelf: 'center' },
  list: { flex: 1, minHeight: 0, gap: 10 },
  beside: { maxWidth: 380 },
  entries: { gap: 8, paddingBottom: 24 },
  row: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: 8 },
  entry: { gap: 6, padding: 14, borderWidth: 1, borderColor: LINE, borderRadius: 13, backgroundColor: '#fffdf8' },
  chosen: { borderColor: ACCENT, boxShadow: `inset 4px 0 0 ${ACCENT}` },
  title: { fontFamily: SERIF, fontSize: 17, lineHeight: 23, fontWeight: '600', color: INK },
  line: { flexWrap: 'nowrap' },
  fact: { flexShrink: 1, fontSize: 13, color: SOFT },
  end: { marginLeft: 'auto' },
  star: { color: '#b97a13', letterSpacing: 1 },
  badge: { width: 24, height: 24, borderRadius: 12, alignItems: 'center', justifyContent: 'center' },
  writing: { boxShadow: `0 0 0 2px #f6f1e7, 0 0 0 4px ${ACCENT}` },
  initials: { color: '#fff', fontSize: 10, fontWeight: '700' },
  main: { flex: 1, minHeight: 0 },
  paper: { gap: 16, padding: 26, marginBottom: 24, borderRadius: 18, borderWidth: 1, borderColor: LINE, backgroundColor: '#fffdf8' },
  heading: { fontFamily: SERIF, fontSize: 30, lineHeight: 37, fontWeight: '600', color: INK },
  subheading: { marginTop: 8, fontSize: 13, fontWeight: '700', color: SOFT },
  text: { fontSize: 16, lineHeight: 26, color: INK },
  comment: { flexDirection: 'row', gap: 10, alignItems: 'flex-start' },
  words: { flex: 1, gap: 2 },
  button: { paddingVertical: 8, paddingHorizontal: 14, borderRadius: 9, borderWidth: 1, borderColor: LINE, backgroundColor: '#fffdf8' },
  primary: { backgroundColor: ACCENT, borderColor: ACCENT },
  selected: { backgroundColor: '#efe3cf', borderColor: SOFT },
  label: { fontSize: 14, color: INK },
  onPrimary: { fontWeight: '600', color: '#fff8ee' },
  onDanger: { color: '#a3222b' },
  field: { flex: 1, minWidth: 0, paddingVertical: 9, paddingHorizontal: 12, fontSize: 15, color: INK, borderWidth: 1, borderColor: LINE, borderRadius: 9, backgroundColor: '#fffdf8' },
  tall: { minHeight: 190 },
  nothing: { margin: 'auto', padding: 24, fontSize: 15, color: SOFT },
  notice: { position: 'absolute', bottom: 20, alignSelf: 'center', flexDirection: 'row', alignItems: 'center', gap: 12, maxWidth: '92%', paddingVertical: 12, paddingHorizontal: 18, borderRadius: 13, backgroundColor: INK },
  said: { flexShrink: 1, fontSize: 14, color: '#f6f1e7' },
});
