using System.Buffers.Binary;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>
/// 64-bit digests of the state. That of the tree is the sum over its nodes, so one change costs the nodes it touches
/// and not the tree, and the order of changes that commute does not matter. It finds bugs and damage; it stops no
/// forger.
/// <para>Digests are compared between processes and stand in snapshots, so what goes in is written out field by field
/// and is the same on every machine. A field that a later version adds goes in only where it is not at its default,
/// or digests of older snapshots change.</para>
/// </summary>
internal static class StateDigest
{
    private const ulong Multiplier = 0x9FB21C651E98DF25;

    /// <summary>Stirs a value into a digest; order matters.</summary>
    public static ulong Mix(ulong digest, ulong value)
    {
        var product = Math.BigMul(digest ^ (value * Multiplier), 0xA24BAED4963EE407, out var low);
        return product ^ low ^ (value + 0x2545F4914F6CDD1D);
    }

    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var digest = (ulong)bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            digest = Mix(digest, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        var rest = 0UL;
        foreach (var value in bytes)
        {
            rest = (rest << 8) | value;
        }

        return Mix(digest, rest);
    }

    public static ulong OfText(ReadOnlySpan<char> text)
    {
        const int charsAtOnce = sizeof(ulong) / sizeof(char);
        var digest = (ulong)text.Length;
        while (text.Length >= charsAtOnce)
        {
            digest = Mix(digest, text[0] | ((ulong)text[1] << 16) | ((ulong)text[2] << 32) | ((ulong)text[3] << 48));
            text = text[charsAtOnce..];
        }

        var rest = 0UL;
        foreach (var value in text)
        {
            rest = (rest << 16) | value;
        }

        return Mix(digest, rest);
    }

    /// <summary>What one node adds to the digest of the tree.</summary>
    public static ulong OfNode(ReadOnlySpan<char> path, Znode node)
    {
        var digest = Mix(OfText(path), node.Data is null ? 1UL : 2UL);
        digest = Mix(digest, node.DataDigest);
        digest = Mix(digest, (ulong)node.Czxid.Value);
        digest = Mix(digest, (ulong)node.Mzxid.Value);
        digest = Mix(digest, (ulong)node.Pzxid.Value);
        digest = Mix(digest, (ulong)node.Ctime);
        digest = Mix(digest, (ulong)node.Mtime);
        digest = Mix(digest, ((ulong)(uint)node.Version << 32) | (uint)node.Aversion);
        digest = Mix(digest, (ulong)node.ChildCreations);
        digest = Mix(digest, ((ulong)node.Kind << 32) | (uint)node.Children.Count);
        digest = Mix(digest, (ulong)node.EphemeralOwner.Value);
        digest = Mix(digest, (ulong)node.TtlMs);
        digest = Mix(digest, (ulong)node.SetAtMs);
        foreach (var entry in node.Acl.Entries)
        {
            digest = Mix(digest, (ulong)entry.Permissions);
            digest = Mix(digest, OfText(entry.Scheme));
            digest = Mix(digest, OfText(entry.Id));
        }

        return digest;
    }

    public static ulong Of(CoordinationState state)
    {
        var digest = Mix(state.Tree.Digest, (ulong)state.LastZxid.Value);
        digest = Mix(digest, (ulong)state.TimestampMs);
        digest = Mix(digest, (ulong)state.LogClockMs);
        digest = Mix(digest, (ulong)state.FeatureLevel);
        foreach (var session in state.Sessions)
        {
            digest = Mix(digest, OfSession(session));
        }

        foreach (var (id, end) in state.Sessions.Ended)
        {
            digest = Mix(Mix(digest, (ulong)id.Value), Mix((ulong)end.Reason, (ulong)end.AtMs));
        }

        if (state.StoredSettings is { } settings)
        {
            digest = Mix(digest, OfSettings(settings));
        }

        foreach (var (_, instance) in state.Instances)
        {
            digest = Mix(digest, OfInstance(instance));
        }

        foreach (var (epoch, last) in state.Epochs)
        {
            digest = Mix(Mix(digest, (ulong)epoch), (ulong)last.Value);
        }

        return digest;
    }

    private static ulong OfSettings(Settings settings)
    {
        var digest = Mix((ulong)settings.TickMs, settings.EnforceQuota ? 1UL : 0UL);
        digest = Mix(digest, (ulong)settings.MinTimeoutMs);
        digest = Mix(digest, (ulong)settings.MaxTimeoutMs);
        digest = Mix(digest, (ulong)settings.MaxDataBytes);
        digest = Mix(digest, (ulong)settings.MaxTransactionBytes);
        digest = Mix(digest, (ulong)settings.MaxNodes);
        digest = Mix(digest, (ulong)settings.MaxBytes);
        digest = Mix(digest, (ulong)settings.MaxRecursiveDelete);
        return Mix(digest, (ulong)settings.ContainerNeverUsedMs);
    }

    /// <summary>Without the numbers that it tells for people to see, which decide nothing.</summary>
    private static ulong OfInstance(Instance instance)
    {
        var digest = Mix(OfText(instance.Report.Name), (ulong)instance.Report.Id);
        digest = Mix(digest, OfText(instance.Report.Address));
        digest = Mix(digest, (ulong)instance.Report.FeatureLevel);
        return Mix(digest, (ulong)instance.LastHeartbeatMs);
    }

    private static ulong OfSession(Session session)
    {
        var digest = Mix(OfBytes(session.Key.Span), (ulong)session.Id.Value);
        digest = Mix(digest, (ulong)session.TimeoutMs);
        digest = Mix(digest, (ulong)session.LastTouchMs);
        digest = Mix(Mix(digest, (ulong)session.Owner.Instance), (ulong)session.Owner.Connection);
        foreach (var path in session.Ephemerals)
        {
            digest = Mix(digest, OfText(path));
        }

        return digest;
    }
}
