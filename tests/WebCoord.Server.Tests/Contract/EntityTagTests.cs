using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Tests.Contract;

public sealed class EntityTagTests
{
    [Theory]
    [InlineData("\"12.0\"", 0)]
    [InlineData("\"12.-3\"", 0)]
    [InlineData("\"12.c7\"", 1)]
    [InlineData("\"0.c-1\"", 1)]
    [InlineData("\"9223372036854775807.a2\"", 2)]
    [InlineData("\"absent\"", 3)]
    public void A_tag_is_read_as_it_is_written(string text, int view)
    {
        Assert.True(EntityTag.TryParse(text, out var tag));
        Assert.Equal((TagView)view, tag.View);
        Assert.Equal(text, tag.ToString());
    }

    [Theory]
    [InlineData("12.0")]
    [InlineData("\"\"")]
    [InlineData("\"12\"")]
    [InlineData("\"12.\"")]
    [InlineData("\"012.0\"")]
    [InlineData("\"-1.0\"")]
    [InlineData("\"1.d0\"")]
    [InlineData("\"1.+0\"")]
    [InlineData("\"Absent\"")]
    [InlineData("\"")]
    public void Other_text_is_no_tag(string text) => Assert.False(EntityTag.TryParse(text, out _));

    [Fact]
    public void Weak_tags_count_for_reads_only()
    {
        Assert.True(EntityTagList.TryParse("\"1.0\", W/\"2.0\"", out var list));
        var weak = new EntityTag(TagView.Data, new Zxid(2), 0);
        Assert.True(list!.MatchesWeakly(weak));
        Assert.False(list.MatchesStrongly(weak));
        Assert.True(list.MatchesStrongly(new EntityTag(TagView.Data, new Zxid(1), 0)));
        Assert.False(list.MatchesWeakly(EntityTag.Absent));
    }

    [Fact]
    public void A_star_matches_what_is_there()
    {
        Assert.True(EntityTagList.TryParse("*", out var list));
        Assert.True(list!.MatchesStrongly(new EntityTag(TagView.Acl, new Zxid(1), 0)));
        Assert.False(list.MatchesStrongly(EntityTag.Absent));
        Assert.False(EntityTagList.TryParse("unquoted", out _));
    }

    [Fact]
    public void A_tag_of_another_view_never_matches()
    {
        var tag = new EntityTag(TagView.Children, new Zxid(5), 1);
        Assert.Equal(EntityTag.ForeignTag, tag.AsPrecondition(TagView.Data));
        Assert.Equal(Precondition.OfTag(new Zxid(5), 1), tag.AsPrecondition(TagView.Children));
        Assert.Equal(Precondition.Absent, EntityTag.Absent.AsPrecondition(TagView.Data));
    }
}
