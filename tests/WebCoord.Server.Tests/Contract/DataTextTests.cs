using System.Text;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Tests.Contract;

public sealed class DataTextTests
{
    [Fact]
    public void Any_bytes_survive_the_way_there_and_back()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(6)];
            random.NextBytes(bytes);
            var (text, encoding) = DataText.Write(bytes);
            Assert.True(DataText.TryRead(text, encoding, out var read, out _), $"seed {seed}");
            Assert.Equal(bytes, read!.Value.ToArray());
        }
    }

    [Fact]
    public void Text_stays_text_unless_base64_is_wanted()
    {
        var bytes = Encoding.UTF8.GetBytes("zażółć\0");
        Assert.Equal(("zażółć\0", DataEncoding.Utf8), DataText.Write(bytes));
        Assert.Equal(DataEncoding.Base64, DataText.Write(bytes, DataEncoding.Base64).Encoding);
        Assert.Null(DataText.Write(null).Text);
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("YQ", 1)]
    [InlineData("YQ= =", 1)]
    [InlineData("YQ==\n", 1)]
    [InlineData("Y_==", 1)]
    public void Malformed_text_is_refused(string text, int encoding)
    {
        Assert.False(DataText.TryRead(text, (DataEncoding)encoding, out _, out var problem));
        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_text() =>
        Assert.False(DataText.TryRead(new string((char)0xD800, 1), DataEncoding.Utf8, out _, out _));
}
