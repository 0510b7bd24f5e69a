using System.Collections.Immutable;
using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>An entry of the log and what became of its requests.</summary>
internal readonly record struct AppliedEntry(LogEntry Entry, ImmutableArray<ApplyResult> Results);
