using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Tree;

public sealed class ChildMapTests
{
    /// <summary>Random seeds, so that every run tries something new; a failure prints the one to put here.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 5).Select(_ => Random.Shared.Next())];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_changes_and_seeks_agree_with_a_sorted_dictionary(int seed)
    {
        var random = new Random(seed);
        var map = ChildMap.Empty;
        var model = new SortedDictionary<string, Znode>(StringComparer.Ordinal);
        for (var step = 0; step < 6_000; step++)
        {
            // The map grows for a while, then shrinks, so that pages are split and joined again and again.
            var shrinking = step / 1_000 % 2 == 1;
            var name = RandomName(random);
            if (random.Next(10) < (shrinking ? 7 : 3))
            {
                name = model.Count == 0 ? name : model.Keys.ElementAt(random.Next(model.Count));
                map = model.Remove(name) ? map.Remove(name) : map;
            }
            else
            {
                var node = Node(name);
                model[name] = node;
                map = map.Set(node);
            }

            Assert.Same(model.GetValueOrDefault(name), map.Find(name));
            if (step % 50 == 0)
            {
                AssertEqual(model, map, RandomName(random), seed, step);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_runs_in_either_direction_keep_order_and_every_child(bool ascending)
    {
        const int Count = 20_000;
        var numbers = Enumerable.Range(0, Count);
        var names = (ascending ? numbers : numbers.Reverse()).Select(Sequential).ToArray();
        var map = names.Aggregate(ChildMap.Empty, (current, name) => current.Set(Node(name)));
        Assert.Equal(Count, map.Count);
        Assert.Equal(numbers.Select(Sequential), map.Select(node => node.Name));
        Assert.All(names, name => Assert.NotNull(map.Find(name)));

        foreach (var name in names)
        {
            map = map.Remove(name);
        }

        Assert.Empty(map);
    }

    [Fact]
    public void A_map_that_lost_nearly_all_children_still_finds_and_seeks_the_rest()
    {
        var full = Enumerable.Range(0, 10_000).Aggregate(ChildMap.Empty, (map, i) => map.Set(Node(Sequential(i))));
        var sparse = Enumerable.Range(0, 10_000).Where(i => i % 1_000 != 7)
            .Aggregate(full, (map, i) => map.Remove(Sequential(i)));
        Assert.Equal(10, sparse.Count);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => Sequential((i * 1_000) + 7)),
            sparse.Select(node => node.Name));
        Assert.Equal(Sequential(5_007), sparse.After(Sequential(4_007)).First().Name);
        Assert.Equal(Sequential(5_007), sparse.After(Sequential(4_999)).First().Name);
        Assert.Empty(sparse.After(Sequential(9_007)));
    }

    [Fact]
    public void An_older_map_stays_as_it_was()
    {
        var before = Enumerable.Range(0, 100).Aggregate(ChildMap.Empty, (map, i) => map.Set(Node(Sequential(i))));
        var replaced = before.Set(Node(Sequential(50)));
        var removed = before.Remove(Sequential(50));
        Assert.NotSame(before.Find(Sequential(50)), replaced.Find(Sequential(50)));
        Assert.Null(removed.Find(Sequential(50)));
        Assert.Equal((100, 100, 99), (before.Count, replaced.Count, removed.Count));
    }

    [Fact]
    public void Order_is_ordinal_and_not_that_of_any_language()
    {
        string[] names = ["Z", "a", "B", "\u00E9", "e", "_", "10", "9", "a b", "A"];
        var map = names.Aggregate(ChildMap.Empty, (current, name) => current.Set(Node(name)));
        Assert.Equal(names.Order(StringComparer.Ordinal), map.Select(node => node.Name));
    }

    [Fact]
    public void The_empty_map_finds_and_seeks_nothing()
    {
        Assert.Null(ChildMap.Empty.Find("a"));
        Assert.Empty(ChildMap.Empty.After("a"));
        Assert.Empty(ChildMap.Empty);
    }

    private static void AssertEqual(SortedDictionary<string, Znode> model, ChildMap map, string after, int seed,
        int step)
    {
        var because = $"seed {seed}, step {step}";
        Assert.True(model.Count == map.Count, because);
        Assert.True(model.Values.SequenceEqual(map, ReferenceEqualityComparer.Instance), because);
        var expected = model.Values.Where(node => string.CompareOrdinal(node.Name, after) > 0);
        Assert.True(expected.SequenceEqual(map.After(after), ReferenceEqualityComparer.Instance),
            $"{because}, {after}");
    }

    private static string RandomName(Random random) =>
        random.Next(4) == 0 ? Sequential(random.Next(2_000)) : $"{(char)random.Next('A', 'z')}{random.Next(300)}";

    private static string Sequential(int number) => $"n{number:D10}";

    private static Znode Node(string name) => new() { Name = name, Acl = Acl.Open };
}
