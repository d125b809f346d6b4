# Looks at one host from inside while a run goes on there, and freezes the session of that run at a moment that is asked for:
# the controller can then be killed exactly there. Perl, because every Debian has it and a look takes microseconds.
#   aim MOMENT MS   the next session that sshd accepts is watched; MS behind the begin of MOMENT all of it is stopped
#   go              it goes on; when all of it has ended and nothing of a transaction is left, `rest`
#   look FILES      their content in hex, and how many staged or kept files lie in their folders
# Answers: `at MOMENT` for each that begins, `stopped MOMENT`, `gone MOMENT` where `go` found it; then, each with the seconds since
# this host began, as it tells them itself: `quiet` all of it has ended, and when a program of it was seen at work last, `undoing`
# going back has begun, `rest` it is over.
use strict;
$| = 1;
my $state = '/var/lib/tlsplay';
my @names = qw(c k b s g u j w r v f x);
my %rank;
@rank{@names} = 0 .. $#names;
open my $pid_file, '<', '/run/sshd.pid' or die "no sshd: $!";
my $sshd = 0 + <$pid_file>;
my (%before, %history, @kept, $session, @members, $now);

sub processes {
  my %found;
  opendir my $d, '/proc' or return \%found;
  for my $pid (grep { /^\d+$/ } readdir $d) {
    open my $f, '<', "/proc/$pid/stat" or next;
    my $line = <$f>;
    $found{$pid} = { name => $1, state => $2, parent => $3 } if defined $line && $line =~ /\((.*)\) (\S) (\d+)/s && $2 ne 'Z';
  }
  return \%found;
}

sub family {
  my ($root, $all) = @_;
  my %in = ($root => 1);
  my $more = 1;
  while ($more) {
    $more = 0;
    for my $pid (keys %$all) { if (!$in{$pid} && $in{ $all->{$pid}{parent} }) { $in{$pid} = 1; $more = 1 } }
  }
  return grep { $all->{$_} } keys %in;
}

sub entries {
  my ($folder) = @_;
  opendir my $d, $folder or return ();
  return grep { !/^\.\.?$/ } readdir $d;
}

sub uptime {
  open my $f, '<', '/proc/uptime' or die "no uptime: $!";
  return (split ' ', <$f>)[0];
}

sub acting {
  for my $name (grep { /^acting\./ } entries($state)) {
    my ($pid) = $name =~ /(\d+)$/;
    return 1 if -s "$state/$name" && kill 0, $pid;
  }
  return 0;
}

sub journal {
  @kept = ();
  for my $name (grep { /^files\./ } entries("$state/open")) {
    open my $f, '<', "$state/open/$name" or next;
    while (<$f>) { push @kept, $1 if /(\/[^' ]*\/\.tlsplay\.[0-9a-f]+\.o\d+)/ }
  }
}

sub begun {
  my @open = entries("$state/open");
  return scalar(grep { /^n\./ } @open) || scalar(grep { -l $_ || -e $_ } @kept);
}

# The furthest moment that the session has reached.
sub moment {
  my ($rank) = @_;
  if ($rank < $rank{g}) {
    my $all = processes();
    ($session) = grep { $all->{$_}{parent} == $sshd && !$before{$_} } keys %$all unless $session;
    return $rank unless $session;
    $rank = $rank{k} if $rank < $rank{k};
    for my $pid (family($session, $all)) {
      my $name = $all->{$pid}{name};
      next if $name eq 'sshd';
      my $level = $name eq 'sudo' ? $rank{s} : ($all->{ $all->{$pid}{parent} } || { name => '' })->{name} eq 'sudo' ? $rank{g} : $rank{b};
      $rank = $level if $rank < $level;
    }
    return $rank if $rank < $rank{g};
  }
  return $rank{x} if -d "$state/undoing";
  if (!-d "$state/open") {
    return $rank < $rank{u} ? $rank : $rank{f} if grep { !$history{$_} } entries("$state/history");
    return $rank;
  }
  $rank = $rank{u} if $rank < $rank{u};
  if ($rank < $rank{w} && -e "$state/open/files.000001") {
    $rank = $rank{j} if $rank < $rank{j};
    journal();
    $rank = $rank{w} if begun();
  }
  $rank = $rank{r} if $rank == $rank{w} && grep { /^r\./ } entries("$state/open");
  $rank = $rank{v} if $rank == $rank{r} && !acting();
  return $rank;
}

sub advance {
  my $next = moment($now);
  return unless $next > $now;
  $now = $next;
  print "at $names[$now]\n";
}

sub ended {
  my $all = processes();
  return !grep { $all->{$_} } @members;
}

my ($aim, $delay, $until, $heard);
my $phase = 'idle';
my $buffer = '';
my $turns = 0;
while (1) {
  my $bits = '';
  vec($bits, 0, 1) = 1;
  # The moments in which a session begins are short.
  my $wait = $phase eq 'watch' ? ($session && $now < $rank{g} ? 0.0005 : 0.002) : $phase eq 'settle' ? 0.01 : undef;
  if (select($bits, undef, undef, $wait) > 0) {
    sysread(STDIN, $buffer, 4096, length $buffer) or exit 0;
  }
  while ($buffer =~ s/^(.*)\n//) {
    my ($word, @rest) = split ' ', $1;
    if ($word eq 'aim') {
      ($aim, $delay) = ($rank{ $rest[0] }, $rest[1]);
      my $all = processes();
      %before = map { $_ => 1 } keys %$all;
      %history = map { $_ => 1 } entries("$state/history");
      ($session, $now, $until, @members, @kept) = (undef, 0, undef);
      $phase = 'watch';
      print "aimed\n";
    } elsif ($word eq 'go') {
      advance() if $phase eq 'watch';
      print "gone $names[$now]\n";
      @members = family($session, processes()) if $session && !@members;
      $heard = uptime();
      print "quiet $heard\n" unless @members;
      $phase = 'settle';
      $turns = 0;
    } elsif ($word eq 'look') {
      my %folders;
      for my $path (@rest) {
        my ($folder) = $path =~ /^(.*)\//;
        $folders{$_} = 1 for $folder, $folder =~ /^(.*)\//;
        open my $f, '<', $path or die "$path: $!";
        local $/;
        print 'file ' . unpack('H*', <$f>) . "\n";
      }
      print 'debris ' . scalar(grep { /^\.tlsplay\./ } map { entries($_) } keys %folders) . "\n";
    }
  }
  if ($phase eq 'watch') {
    advance();
    if (defined $aim && $now >= $aim && $aim > 0) {
      # Where it was too quick to be seen there, it is stopped at once.
      $until = uptime() + ($now > $aim ? 0 : $delay / 1000) unless defined $until;
      # The clock has hundredths; what is shorter is slept through.
      select(undef, undef, undef, $delay / 1000) if $delay < 30 && $now == $aim;
      next if $delay >= 30 && uptime() < $until;
      advance();
      @members = $session ? family($session, processes()) : ();
      kill 'STOP', @members;
      advance();
      print "stopped $names[$now]\n";
      $phase = 'frozen';
    }
  } elsif ($phase eq 'settle') {
    # Again and again: sudo stops itself when it sees that its child was stopped.
    kill 'CONT', @members;
    $heard = uptime() if @members && acting();
    if (@members && ended()) { @members = (); print "quiet $heard\n" }
    if (-d "$state/undoing") { print 'undoing ' . uptime() . "\n" unless $turns++ }
    if (!@members && !-d "$state/open" && !-d "$state/undoing") { print 'rest ' . uptime() . "\n"; $phase = 'idle' }
  }
}
