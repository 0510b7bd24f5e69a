namespace WebCoord.Core.Tests;

public sealed class ZxidTests
{
    [Theory]
    [InlineData(0, 1, 1L)]
    [InlineData(1, 0, 4294967296L)]
    [InlineData(3, 4294967295, 17179869183L)]
    public void Epoch_and_counter_make_the_value_and_come_out_again(int epoch, uint counter, long value)
    {
        var zxid = Zxid.Create(epoch, counter);
        Assert.Equal(value, zxid.Value);
        Assert.Equal(epoch, zxid.Epoch);
        Assert.Equal(counter, zxid.Counter);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0x10")]
    [InlineData("")]
    [InlineData("9223372036854775808")]
    [InlineData(" 1")]
    public void Only_plain_decimal_numbers_are_read(string text) => Assert.False(Zxid.TryParse(text, out _));
}
