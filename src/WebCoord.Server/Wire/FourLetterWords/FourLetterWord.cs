using System.Buffers.Binary;
using System.Text;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>A word that an operator sends instead of a connect request, and what is answered.</summary>
/// <param name="Answer">Makes the answer; it is sent as it is.</param>
internal sealed record FourLetterWord(string Name, Func<ServiceReport, string> Answer)
{
    /// <summary>Whether it tells something only while the service takes writes; else its sender is told that it does
    /// not.</summary>
    public bool NeedsService { get; init; } = true;

    /// <summary>Bytes that come after the word.</summary>
    public int ArgumentBytes { get; init; }

    /// <summary>The word as the length of a first frame: greater than any frame may be.</summary>
    public int Number => BinaryPrimitives.ReadInt32BigEndian(Encoding.ASCII.GetBytes(Name));
}
