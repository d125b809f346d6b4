/**
 * Functions for names in folders where somebody else may put another thing in the place of ours at any moment. Root acts on what it
 * saw there, or not at all: a link that was put there meanwhile leads neither a mode nor a file elsewhere.
 *
 * tls_mode MODE PATH   chmod, which always follows a link (chmod(1)): it goes over a descriptor of what the name was seen to be. A hard link
 *                      to what is somebody else's could still stand there, but Linux lets nobody make one (fs.protected_hardlinks,
 *                      proc(5)). Who is not root may only harm what is theirs, and may not be able to read what they own.
 * tls_mv FROM TO       a rename and nothing else: `mv` onto a link to a folder moves below it (measured: reliability facts, F15). BusyBox
 *                      refuses that even with -T (seen with 1.35), and old ones know no -T: there a link goes first.
 */
export const ownNames = String.raw`
tls_mode() {
  if [ ! -O / ] || [ ! -e /proc/self/fd ]; then chmod "$1" "$2"; return; fi
  if [ ! -f "$2" ] && [ ! -d "$2" ]; then echo "chmod: $2: is no file and no folder"; return 1; fi
  {
    if [ -L "$2" ] || [ ! "$2" -ef /proc/self/fd/8 ]; then echo "chmod: $2: is not what it was"; return 1; fi
    chmod "$1" /proc/self/fd/8 8<&8
  } 8<"$2"
}
tls_mv() {
  mv -fT -- "$1" "$2" && return
  case $(mv --help 2>&1) in *BusyBox*) ;; *) return 1;; esac
  if [ -L "$2" ]; then rm -f -- "$2"; fi
  if [ -d "$2" ]; then echo "mv: $2: is a directory"; return 1; fi
  mv -f -- "$1" "$2"
}
`
