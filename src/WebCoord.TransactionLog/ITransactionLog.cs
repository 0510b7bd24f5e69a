using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog;

/// <summary>
/// The one ordered log of all changes. It makes batches of requests durable and gives them their place; it judges
/// nothing. A process appends one batch after the other; other processes may append to a shared log between them. Every
/// implementation passes the same test suite.
/// </summary>
public interface ITransactionLog : IAsyncDisposable
{
    /// <summary>What the log is and promises; known once it is open. The durability of a shared log may change while it
    /// is open.</summary>
    LogDescription Description { get; }

    /// <summary>The last entry that this process knows to be durable; the place before the first entry, when there is
    /// none. In a shared log there may be more: see <see cref="LookAsync"/>.</summary>
    LogPosition Head { get; }

    /// <summary>How many appends may be under way at once. They are begun in the order of their sequences, and the log
    /// has them in that order.</summary>
    int MaxAppendsInFlight { get; }

    /// <summary>Opens the log and checks it, before anything else. Called again after it could not be
    /// reached.</summary>
    /// <exception cref="LogUnavailableException">It cannot be reached; it may be tried again.</exception>
    /// <exception cref="LogRefusedException">It is in use, damaged or of a newer format; the message says what, where
    /// and what to do.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Appends a batch of 1 or more requests whose encoding is at most <see cref="MaxBatchBytes"/>. Returns AFTER the
    /// batch is durable. Readers may see the entry before that call returns, never before it is durable.
    /// </summary>
    /// <param name="sequence">One more than that of the last append of this process, from 1.</param>
    /// <param name="applied">What the caller goes by, which must be on the chain: nothing is built on a history that is
    /// gone. Null if it goes by nothing.</param>
    /// <exception cref="LogUnavailableException">It did not happen, or whether it did is not known: the exception
    /// tells. The log may be tried again with the next sequence.</exception>
    /// <exception cref="LogRegressedException">It did not happen: what the caller goes by is not in the log, or not any
    /// more.</exception>
    Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, LogPosition? applied,
        CancellationToken cancellationToken);

    /// <summary>Whether this process appended an entry; if so, its sequence is one that was passed to <see
    /// cref="AppendAsync"/>.</summary>
    bool IsOwn(LogEntry entry);

    /// <summary>The last entry that was durable at some moment after the call: a reader that has come this far has seen
    /// every append that was acknowledged to anybody before the call.</summary>
    /// <param name="applied">What the caller goes by, which must be on the chain at that moment; null if it goes by
    /// nothing yet.</param>
    /// <exception cref="LogUnavailableException">It cannot be reached, or is lost, or does not have what the caller
    /// goes by.</exception>
    ValueTask<LogPosition> LookAsync(LogPosition? applied, CancellationToken cancellationToken);

    /// <summary>
    /// Entries after a zxid in order, as they come, for ever: at the end of the log it waits for more. Each is verified
    /// against the chain.
    /// </summary>
    /// <param name="after">A position that was given out by this log, or by a snapshot of it.</param>
    /// <exception cref="LogRefusedException">An entry is damaged, or the position is of another log.</exception>
    /// <exception cref="LogTrimmedException">The entries after the position were trimmed.</exception>
    /// <exception cref="LogRegressedException">The position was in the log and is no more.</exception>
    IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after, CancellationToken cancellationToken);

    /// <summary>Saves a snapshot beside the log. It counts only once it is complete and durable; the two newest are
    /// kept.</summary>
    /// <returns>False: it is not worth it, for another process has just saved nearly the same, or does.</returns>
    Task<bool> SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken);

    /// <summary>Loads the newest snapshot that is whole; null when there is none. Damaged ones are passed over and
    /// named in <paramref name="damaged"/>, provided that the log still holds everything after the one that is
    /// loaded.</summary>
    /// <exception cref="LogRefusedException">There are snapshots, but none that is whole and that the log continues.
    /// </exception>
    Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged, CancellationToken cancellationToken);

    /// <summary>Drops the entries that the older of the two kept snapshots covers.</summary>
    Task TrimAsync(CancellationToken cancellationToken);

    /// <summary>Goes on after the log was lost (<see cref="LogUnavailableException.IsLost"/>), as a person decided.
    /// </summary>
    /// <param name="state">The last state that this process has.</param>
    /// <exception cref="LogRefusedException">The log is not lost, or not in the way that was accepted.</exception>
    /// <exception cref="LogUnavailableException">It cannot be reached.</exception>
    Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state, CancellationToken cancellationToken);

    /// <summary>Most bytes of one encoded batch.</summary>
    const int MaxBatchBytes = 4 << 20;
}
