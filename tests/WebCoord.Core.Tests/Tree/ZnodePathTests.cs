using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Tree;

public sealed class ZnodePathTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/a/b/c")]
    [InlineData("/...")]
    [InlineData("/.a/..b")]
    [InlineData("/a b")]
    [InlineData("/\u00A0\u00E9\u4E2D\uD7FF\uF900\uFFEF")]
    public void Valid_paths_are_kept_as_they_are(string text)
    {
        Assert.True(ZnodePath.TryParse(text, out var path, out var problem));
        Assert.Equal(text, path.Value);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/b")]
    [InlineData("/a/")]
    [InlineData("//")]
    [InlineData("//a")]
    [InlineData("/a//b")]
    [InlineData("/.")]
    [InlineData("/..")]
    [InlineData("/a/./b")]
    [InlineData("/a/..")]
    [InlineData("/../a")]
    public void Malformed_paths_are_refused_with_a_reason(string? text)
    {
        Assert.False(ZnodePath.TryParse(text, out _, out var problem));
        Assert.StartsWith("the path", problem, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ZnodePath.Parse(text!));
    }

    [Theory]
    [InlineData(0x00, 0x1F)]
    [InlineData(0x7F, 0x9F)]
    [InlineData(0xD800, 0xF8FF)]
    [InlineData(0xFFF0, 0xFFFF)]
    public void Every_forbidden_character_is_refused_and_its_neighbours_are_not(int first, int last)
    {
        for (var character = first; character <= last; character++)
        {
            Assert.False(ZnodePath.TryParse("/a" + (char)character, out _, out _), $"U+{character:X4}");
        }

        Assert.True(first == 0 || ZnodePath.TryParse("/a" + (char)(first - 1), out _, out _));
        Assert.True(last == 0xFFFF || ZnodePath.TryParse("/a" + (char)(last + 1), out _, out _));
    }

    [Fact]
    public void Characters_beyond_the_basic_plane_are_refused() =>
        Assert.False(ZnodePath.TryParse("/\U0001F600", out _, out _));

    [Fact]
    public void A_path_may_be_so_long_and_no_longer()
    {
        Assert.True(ZnodePath.TryParse("/" + new string('a', ZnodePath.MaxLength - 1), out _, out _));
        Assert.False(ZnodePath.TryParse("/" + new string('a', ZnodePath.MaxLength), out _, out var problem));
        Assert.Contains("4096", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/a", "/", "a")]
    [InlineData("/a/b", "/a", "b")]
    public void Parent_and_name_take_a_path_apart(string text, string parent, string name)
    {
        var path = ZnodePath.Parse(text);
        Assert.Equal(parent, path.Parent.Value);
        Assert.Equal(name, path.Name);
        Assert.Equal(text == "/", path.IsRoot);
        Assert.True(path.IsRoot || path.Parent.Child(name) == path);
    }

    [Fact]
    public void The_default_value_is_the_root()
    {
        Assert.Equal("/", default(ZnodePath).Value);
        Assert.True(default(ZnodePath).IsRoot);
    }
}
