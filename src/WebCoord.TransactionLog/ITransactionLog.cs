using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog;

/// <summary>
/// The one ordered log of all changes. It makes batches of requests durable and gives them their place; it judges
/// nothing. One process appends with one incarnation, one batch after the other. Every implementation passes the same
/// test suite.
/// </summary>
public interface ITransactionLog : IAsyncDisposable
{
    /// <summary>What the log is and promises; known once it is open.</summary>
    LogDescription Description { get; }

    /// <summary>The last entry that is durable; the place before the first entry, when there is none.</summary>
    LogPosition Head { get; }

    /// <summary>Opens the log and checks it. Called once, before anything else.</summary>
    /// <exception cref="LogRefusedException">It is in use, damaged or of a newer format; the message says what, where
    /// and what to do.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Appends a batch of 1 or more requests whose encoding is at most <see cref="MaxBatchBytes"/>. Returns AFTER the
    /// batch is durable. Readers may see the entry before that call returns, never before it is durable.
    /// </summary>
    /// <param name="sequence">One more than that of the last append of this process, from 1.</param>
    /// <exception cref="LogUnavailableException">It did not happen, or whether it did is not known: the exception
    /// tells. The log may be tried again with the next sequence.</exception>
    Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, CancellationToken cancellationToken);

    /// <summary>
    /// Entries after a zxid in order, as they come, for ever: at the end of the log it waits for more. Each is verified
    /// against the chain.
    /// </summary>
    /// <param name="after">A position that was given out by this log, or by a snapshot of it.</param>
    /// <exception cref="LogRefusedException">An entry is damaged, or the entries after the position were trimmed.
    /// </exception>
    IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after, CancellationToken cancellationToken);

    /// <summary>Saves a snapshot beside the log. It counts only once it is complete and durable; the two newest are
    /// kept.</summary>
    Task SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken);

    /// <summary>Loads the newest snapshot that is whole; null when there is none. Damaged ones are passed over and
    /// named in <paramref name="damaged"/>, provided that the log still holds everything after the one that is
    /// loaded.</summary>
    /// <exception cref="LogRefusedException">There are snapshots, but none that is whole and that the log continues.
    /// </exception>
    Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged, CancellationToken cancellationToken);

    /// <summary>Drops the entries that the older of the two kept snapshots covers.</summary>
    Task TrimAsync(CancellationToken cancellationToken);

    /// <summary>Most bytes of one encoded batch.</summary>
    const int MaxBatchBytes = 4 << 20;
}
