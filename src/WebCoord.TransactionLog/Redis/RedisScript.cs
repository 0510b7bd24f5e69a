using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace WebCoord.TransactionLog.Redis;

/// <summary>A script for Redis, from the embedded file of its name; what <c>chain.lua</c> defines is before it.
/// </summary>
/// <param name="prelude">Another file, whose definitions come before it too.</param>
/// <param name="runsWhenFull">Whether Redis is to run it when its memory is full: what it adds is next to nothing, and
/// without it memory would never become free.</param>
internal sealed class RedisScript(string name, string? prelude = null, bool runsWhenFull = false)
{
    private static readonly string Chain = Read("chain");

    /// <summary>What Redis is given.</summary>
    public string Text { get; private init; } = (runsWhenFull ? "#!lua flags=allow-oom\n" : "")
        + (prelude is null ? $"{Chain}\n{Read(name)}" : $"{Chain}\n{Read(prelude)}\n{Read(name)}");

    /// <summary>By this Redis knows the script once it was loaded.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "It is how Redis names scripts.")]
    public byte[] Sha1() => SHA1.HashData(Encoding.UTF8.GetBytes(Text));

    /// <summary>The same script for one generation only: a Redis process where that was never agreed on does not know
    /// its name.</summary>
    public RedisScript ForGeneration(string nonce) => new(name) { Text = $"-- generation {nonce}\n{Text}" };

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly()
            .GetManifestResourceStream($"WebCoord.TransactionLog.Redis.Scripts.{name}.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
